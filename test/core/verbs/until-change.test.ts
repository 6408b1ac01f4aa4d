import type { RedisSnapshot, ResilienceEvents } from '@redis-resilience/core';
import { EventHub, untilChange } from '@redis-resilience/core/kit';
import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { downSnapshot, snapshotOf } from '../http/snapshot-of.ts';

const isUp = ({ status }: RedisSnapshot): boolean => status === 'up';

function resilienceInOutage() {
  const hub = new EventHub<ResilienceEvents>();
  const previous = downSnapshot();
  return {
    hub,
    on: hub.on.bind(hub),
    changeTo: (snapshot: RedisSnapshot) => hub.emit('change', { previous, snapshot }),
  };
}

describe('a wait for a change', () => {
  it('ends with the first snapshot that satisfies the condition, and stops listening', async () => {
    const clock = new ManualClock();
    const resilience = resilienceInOutage();
    const waiting = untilChange(resilience, clock, isUp, { timeoutMs: 1000 });
    resilience.changeTo(downSnapshot());
    const up = snapshotOf();
    resilience.changeTo(up);
    await expect(waiting).resolves.toBe(up);
    expect(clock.pendingTimers).toBe(0);
    expect(resilience.hub.hasListeners('change') || resilience.hub.hasListeners('closed')).toBe(false);
  });

  it('ends with undefined when time is up', async () => {
    const clock = new ManualClock();
    const resilience = resilienceInOutage();
    const waiting = untilChange(resilience, clock, isUp, { timeoutMs: 1000 });
    clock.travel(1000);
    await expect(waiting).resolves.toBeUndefined();
    expect(resilience.hub.hasListeners('change')).toBe(false);
  });

  it('ends with undefined when the resilience is closed', async () => {
    const clock = new ManualClock();
    const resilience = resilienceInOutage();
    const waiting = untilChange(resilience, clock, isUp);
    resilience.hub.emit('closed', { snapshot: downSnapshot({ connection: 'ended' }) });
    await expect(waiting).resolves.toBeUndefined();
  });

  it('rejects with the reason of its signal, aborted meanwhile or before', async () => {
    const clock = new ManualClock();
    const resilience = resilienceInOutage();
    const abort = new AbortController();
    const waiting = untilChange(resilience, clock, isUp, { timeoutMs: 1000, signal: abort.signal });
    const reason = new Error('the request was closed');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(untilChange(resilience, clock, isUp, { signal: abort.signal })).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
    expect(resilience.hub.hasListeners('change')).toBe(false);
  });
});
