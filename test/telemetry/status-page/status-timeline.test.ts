import { describeCause, type RedisSnapshot, type StatusEntry } from '@redis-resilience/core';
import { describe, expect, it } from 'vitest';
import { outagesIn } from '../../../packages/telemetry/src/status-page/board/outages.ts';
import { StatusTimeline } from '../../../packages/telemetry/src/status-page/board/status-timeline.ts';

const minute = 60_000;

function snapshot(status: RedisSnapshot['status'], since: number, code?: string): RedisSnapshot {
  const cause = code === undefined ? undefined : { code, message: '', at: new Date(since) };
  return { status, since: new Date(since), cause } as RedisSnapshot;
}

function entry(at: number, from: string, to: string, durationMs: number, cause?: string): StatusEntry {
  return { kind: 'status', at: new Date(at), from, to, durationMs, cause } as StatusEntry;
}

describe('the timeline', () => {
  it('begins with the remembered history', () => {
    const history = [
      entry(1_000, 'down', 'up', 50),
      entry(5_000, 'up', 'down', 4_000, 'stalled'),
      entry(7_000, 'down', 'up', 2_000, 'stalled'),
    ];
    const timeline = new StatusTimeline(history, snapshot('up', 7_000), 9_000);
    expect(timeline.intervals(9_000)).toEqual([
      { from: 1_000, to: 5_000, status: 'up', cause: null, also: [] },
      { from: 5_000, to: 7_000, status: 'down', cause: 'stalled', also: [] },
      { from: 7_000, to: null, status: 'up', cause: null, also: [] },
    ]);
  });

  it('names the cause that held longest', () => {
    const timeline = new StatusTimeline([], snapshot('up', 0), 0);
    timeline.note(snapshot('down', 1_000, 'connection-reset'), 1_000);
    timeline.note(snapshot('down', 1_000, 'connection-refused'), 1_050);
    timeline.note(snapshot('down', 1_000, 'loading'), 3_000);
    timeline.note(snapshot('up', 3_100), 3_100);
    expect(outagesIn(timeline.intervals(4_000))).toMatchObject([
      { from: 1_000, to: 3_100, worst: 'down', cause: 'connection-refused', also: [] },
    ]);
  });

  it('tells the other causes that held for a while, in their order', () => {
    const timeline = new StatusTimeline([], snapshot('up', 0), 0);
    timeline.note(snapshot('down', 1_000, 'connection-reset'), 1_000);
    timeline.note(snapshot('down', 1_000, 'connection-refused'), 1_050);
    timeline.note(snapshot('down', 1_000, 'loading'), 9_000);
    timeline.note(snapshot('degraded', 12_000, 'slow'), 12_000);
    timeline.note(snapshot('up', 14_000), 14_000);
    expect(timeline.intervals(15_000)[1]).toMatchObject({ cause: 'connection-refused', also: ['loading'] });
    expect(outagesIn(timeline.intervals(15_000))).toMatchObject([
      { cause: 'connection-refused', also: [describeCause('loading'), describeCause('slow')] },
    ]);
  });

  it('forgets what is older than an hour, and is bounded', () => {
    const timeline = new StatusTimeline([], snapshot('up', 0), 0);
    for (let at = minute; at < 120 * minute; at += 2 * minute) {
      timeline.note(snapshot('down', at, 'stalled'), at);
      timeline.note(snapshot('up', at + minute), at + minute);
    }
    const intervals = timeline.intervals(120 * minute);
    expect(intervals[0]?.to).toBeGreaterThanOrEqual(60 * minute);
    expect(intervals.length).toBeLessThan(63);
    for (let at = 0; at < 1_000; at++) {
      timeline.note(snapshot(at % 2 === 0 ? 'down' : 'up', 120 * minute + at, 'slow'), 120 * minute + at);
    }
    expect(timeline.intervals(120 * minute + 1_000).length).toBeLessThanOrEqual(200);
  });
});

describe('an outage', () => {
  it('is one, however the status changes meanwhile', () => {
    const outages = outagesIn([
      { from: 0, to: 10, status: 'up', cause: null, also: [] },
      { from: 10, to: 20, status: 'down', cause: 'connection-refused', also: [] },
      { from: 20, to: 30, status: 'degraded', cause: 'slow', also: [] },
      { from: 30, to: 40, status: 'up', cause: null, also: [] },
      { from: 40, to: null, status: 'degraded', cause: 'read-only', also: [] },
    ]);
    expect(outages).toMatchObject([
      { from: 40, to: null, worst: 'degraded', cause: 'read-only', also: [] },
      { from: 10, to: 30, worst: 'down', cause: 'connection-refused' },
    ]);
  });

  it('is neither a start nor an end', () => {
    expect(
      outagesIn([
        { from: 0, to: 10, status: 'down', cause: null, also: [] },
        { from: 10, to: 20, status: 'up', cause: null, also: [] },
        { from: 20, to: null, status: 'down', cause: 'closed', also: [] },
      ]),
    ).toEqual([]);
  });
});
