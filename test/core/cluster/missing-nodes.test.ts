import { describe, expect, it } from 'vitest';
import { FailoverSigns } from '../../../packages/core/src/cluster/slots/failover-signs.ts';
import { SlotWatch } from '../../../packages/core/src/cluster/slots/slot-watch.ts';
import type { ClusterDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A `SlotWatch` for a Cluster whose slots list the nodes that the test determines. */
class Stage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly watch: SlotWatch;
  /** When the slots were read, in milliseconds since the start. */
  readonly readAt: number[] = [];
  random = 0.5;
  #nodes: readonly string[] = [];
  #onSlots = (): void => undefined;

  constructor(readsFromReplicas = true) {
    const cluster = {
      readsFromReplicas,
      isReady: true,
      owners: (): ReadonlySet<string> => new Set(),
      serving: (): ReadonlySet<string> => new Set(this.#nodes),
      readSlots: (): Promise<void> => this.#read(),
      on: (event: string, listener: () => void) => {
        if (event === 'slots-read') this.#onSlots = listener;
      },
    };
    const none = (): [] => [];
    this.watch = new SlotWatch(
      cluster as unknown as ClusterDriver,
      {
        clock: this.clock,
        random: () => this.random,
        periodMs: 50,
        answering: none,
        candidates: none,
        signs: new FailoverSigns(),
        isPartAway: () => false,
        isAwaited: () => false,
      },
      () => undefined,
    );
    this.list('a', 'b', 'c');
  }

  /** The slots list these nodes, and the client reads them. */
  list(...nodes: readonly string[]): void {
    this.#nodes = nodes;
    this.#onSlots();
  }

  /** The slots list these nodes from the next time that the client reads them. */
  listNext(...nodes: readonly string[]): void {
    this.#nodes = nodes;
  }

  travel(ms: number): Promise<void> {
    return this.clock.travelAsync(ms);
  }

  #read(): Promise<void> {
    this.readAt.push(Math.round(this.clock.now() - 1_000));
    this.#onSlots();
    return Promise.resolve();
  }
}

describe('a Cluster of which a node is missing', () => {
  it('has its slots read once a second until the node is listed again', async () => {
    const stage = new Stage();
    stage.list('a', 'b');
    await stage.travel(3_500);
    expect(stage.readAt).toEqual([1_000, 2_000, 3_000]);
    stage.listNext('a', 'b', 'c');
    await stage.travel(minuteMs);
    expect(stage.readAt).toEqual([1_000, 2_000, 3_000, 4_000]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it.each([
    [0, 900],
    [1, 1_100],
  ])('has its slots read up to a tenth earlier or later by chance (%d)', async (random, readAtMs) => {
    const stage = new Stage();
    stage.random = random;
    stage.list('a', 'b');
    expect(stage.clock.timersThatKeepAlive).toBe(0);
    await stage.travel(1_500);
    expect(stage.readAt).toEqual([readAtMs]);
  });

  it('has its slots read less often the longer the node is missing, and no more after a day', async () => {
    const stage = new Stage();
    stage.list('a', 'b');
    await stage.travel(10 * minuteMs);
    const inTenMinutes = stage.readAt.length;
    await stage.travel(50 * minuteMs);
    const inOneHour = stage.readAt.length;
    await stage.travel(5 * minuteMs);
    expect(inTenMinutes).toBeLessThan(220);
    expect(inOneHour - inTenMinutes).toBeLessThan(140);
    expect(stage.readAt.length - inOneHour).toBe(10);
    await stage.travel(dayMs);
    expect(stage.clock.pendingTimers).toBe(0);
    expect(stage.readAt.at(-1)).toBeLessThanOrEqual(dayMs);
  });

  it('has its slots read once a second again when another node is missing too', async () => {
    const stage = new Stage();
    stage.list('a', 'b');
    await stage.travel(60 * minuteMs);
    stage.list('a');
    stage.readAt.length = 0;
    await stage.travel(5_500);
    expect(stage.readAt).toHaveLength(5);
    stage.list('a', 'b');
    expect(stage.clock.pendingTimers).toBe(1);
    stage.list('a', 'b', 'c');
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it.each([
    ['at once', [['a', 'b', 'd']]],
    [
      'later',
      [
        ['a', 'b'],
        ['a', 'b', 'd'],
      ],
    ],
  ])('rests when a node at a new address has taken its place %s', (_when, lists) => {
    const stage = new Stage();
    for (const list of lists) stage.list(...list);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('still awaits the node that went last when one node was replaced', async () => {
    const stage = new Stage();
    stage.list('a', 'b');
    stage.list('a');
    stage.list('a', 'd');
    expect(stage.clock.pendingTimers).toBe(1);
    stage.listNext('a', 'b', 'd');
    await stage.travel(1_100);
    expect([stage.readAt, stage.clock.pendingTimers]).toEqual([[1_000], 0]);
  });

  it('is not watched once the watch is stopped, until its slots are read again', async () => {
    const stage = new Stage();
    stage.list('a', 'b');
    stage.watch.stop();
    await stage.travel(minuteMs);
    expect([stage.readAt, stage.clock.pendingTimers]).toEqual([[], 0]);
    stage.list('a', 'b');
    expect(stage.clock.pendingTimers).toBe(1);
  });

  it('is not watched if only primaries are read', () => {
    const stage = new Stage(false);
    stage.list('a', 'b');
    expect(stage.clock.pendingTimers).toBe(0);
  });
});

describe('a Cluster of which no node is missing', () => {
  it('has no timer', () => {
    const stage = new Stage();
    stage.list('a', 'b', 'c', 'd');
    stage.list('a', 'b', 'c', 'd');
    expect(stage.clock.pendingTimers).toBe(0);
  });
});
