import { describe, expect, it } from 'vitest';
import { SlotWatch } from '../../../packages/core/src/cluster/slot-watch.ts';
import type { ClusterDriver, NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

/** What CLUSTER INFO of a node says; undefined where the node does not answer. */
interface NodeState {
  state: 'ok' | 'fail' | undefined;
  epoch: number | undefined;
  /** Whether it may be asked at all. */
  answers: boolean;
}

/** A watch over a cluster whose nodes and slots are as the test says. */
class Stage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly nodes: NodeState[] = [
    { state: 'ok', epoch: 1, answers: true },
    { state: 'ok', epoch: 1, answers: true },
    { state: 'ok', epoch: 1, answers: true },
  ];
  /** When the slots were read, and when nodes were asked, in milliseconds from the beginning. */
  readonly slotsReadAt: number[] = [];
  readonly asked: (readonly [node: number, at: number])[] = [];
  readonly told: string[] = [];
  random = 0.5;
  readonly cluster: { isReady: boolean; hasEnded: boolean };
  readsSlots: () => Promise<void> = () => Promise.resolve();
  /** Holds back the answers of nodes until it resolves. */
  answered: Promise<void> = Promise.resolve();
  readonly watch: SlotWatch;

  constructor() {
    const nodeDrivers = this.nodes.map((node, index) => this.#driverOf(node, index));
    const cluster = {
      isReady: true,
      hasEnded: false,
      primaries: () => nodeDrivers,
      readSlots: () => {
        this.slotsReadAt.push(this.#now());
        return this.readsSlots();
      },
    };
    this.cluster = cluster;
    this.watch = new SlotWatch(
      cluster as unknown as ClusterDriver,
      this.clock,
      () => this.random,
      100,
      (node) => this.nodes[nodeDrivers.indexOf(node)]?.answers === true,
      (news) => this.told.push(news),
    );
  }

  travel(ms: number): Promise<void> {
    return this.clock.travelAsync(ms);
  }

  get askedAt(): number[] {
    return this.asked.map(([, at]) => at);
  }

  #now(): number {
    return Math.round(this.clock.now() - 1_000);
  }

  #driverOf(node: NodeState, index: number): NodeDriver {
    const ask = async (name: string, args: readonly string[]): Promise<string> => {
      this.asked.push([index, this.#now()]);
      await this.answered;
      if (node.state === undefined || name !== 'cluster' || args[0] !== 'INFO') throw new Error('no answer');
      const epoch = node.epoch === undefined ? '' : `cluster_current_epoch:${node.epoch}\r\n`;
      return `cluster_state:${node.state}\r\ncluster_slots_ok:16384\r\n${epoch}`;
    };
    return { ask } as unknown as NodeDriver;
  }
}

describe('a cluster without trouble', () => {
  it('is not watched', async () => {
    const stage = new Stage();
    await stage.travel(10_000);
    expect([stage.asked, stage.slotsReadAt, stage.clock.pendingTimers]).toEqual([[], [], 0]);
    expect(stage.watch.isAwaitingState).toBe(false);
  });
});

describe('a cluster in trouble', () => {
  it('is asked steadily, and its slots are read ever more rarely, for three seconds', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    expect([stage.clock.pendingTimers, stage.clock.timersThatKeepAlive]).toEqual([1, 0]);
    await stage.travel(10_000);
    expect(stage.askedAt).toEqual(Array.from({ length: 30 }, (_, index) => 100 * (index + 1)));
    expect(stage.slotsReadAt).toEqual([100, 200, 400, 600, 800, 1_000, 1_300, 1_600, 1_900, 2_300, 2_700]);
    expect(new Set(stage.told)).toEqual(new Set(['serves']));
    expect(stage.told).toHaveLength(stage.slotsReadAt.length);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it.each([
    [0, 90],
    [1, 110],
  ])('is looked at with a jitter of a tenth: %d', async (random, atMs) => {
    const stage = new Stage();
    stage.random = random;
    // The highest number that is drawn is below 1.
    if (random === 1) stage.nodes.splice(0);
    stage.watch.trouble();
    await stage.travel(atMs - 1);
    expect(stage.slotsReadAt).toEqual([]);
    await stage.travel(1);
    expect(stage.slotsReadAt).toEqual([atMs]);
  });

  it('is watched for three seconds from its last trouble on', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(2_000);
    stage.watch.trouble();
    expect(stage.clock.pendingTimers).toBe(1);
    await stage.travel(10_000);
    expect(stage.askedAt.at(-1)).toBe(5_000);
    // Once a second at the least, and never anew for the same trouble.
    const pauses = stage.slotsReadAt.map((at, index) => at - (stage.slotsReadAt[index - 1] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_100);
    expect(pauses.slice(1)).toEqual(pauses.slice(1).toSorted((left, right) => left - right));
  });

  it('is watched no longer than that', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(99);
    stage.watch.trouble();
    await stage.travel(10_000);
    expect(stage.askedAt.at(-1)).toBe(3_000);
  });

  it('is in the same trouble until those three seconds are over', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(3_000);
    stage.watch.trouble();
    await stage.travel(250);
    expect(stage.slotsReadAt.slice(-2)).toEqual([2_700, 3_200]);
  });

  it('again later has its slots read at the first pace again', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(5_000);
    stage.slotsReadAt.length = 0;
    stage.watch.trouble();
    await stage.travel(450);
    expect(stage.slotsReadAt).toEqual([5_100, 5_200, 5_400]);
  });

  it('has its slots read once a second at the least', async () => {
    const stage = new Stage();
    for (let passed = 0; passed < 20; passed++) {
      stage.watch.trouble();
      await stage.travel(1_000);
    }
    const [last = 0, before = 0] = stage.slotsReadAt.toReversed();
    expect(last - before).toBe(1_000);
  });

  it('is asked on one of the nodes that answer, by chance', async () => {
    const stage = new Stage();
    const first = stage.nodes[0];
    if (first !== undefined) first.answers = false;
    stage.watch.trouble();
    await stage.travel(100);
    stage.random = 0;
    await stage.travel(100);
    expect(stage.asked.map(([node]) => node)).toEqual([2, 1]);
  });

  it('of which no node answers is asked nothing, and its slots are read all the same', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.answers = false;
    stage.watch.trouble();
    await stage.travel(1_000);
    expect([stage.asked, stage.slotsReadAt.length > 3]).toEqual([[], true]);
  });

  it('that is not ready is not read', async () => {
    const stage = new Stage();
    stage.cluster.isReady = false;
    stage.watch.trouble();
    await stage.travel(1_000);
    expect([stage.slotsReadAt, stage.askedAt.length, stage.told]).toEqual([[], 10, []]);
  });

  it('that has ended is not watched any more', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(150);
    stage.cluster.hasEnded = true;
    await stage.travel(5_000);
    expect([stage.askedAt, stage.clock.pendingTimers]).toEqual([[100], 0]);
  });

  it('that has ended is not watched, whatever becomes of its nodes', () => {
    const stage = new Stage();
    stage.cluster.hasEnded = true;
    stage.watch.trouble();
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('whose slots nobody tells is unreachable, and read at the pace of dialing for as long as that lasts', async () => {
    const stage = new Stage();
    stage.readsSlots = () => Promise.reject(new Error('none'));
    stage.watch.trouble();
    await stage.travel(10_000);
    expect(stage.slotsReadAt).toHaveLength(100);
    expect(new Set(stage.told)).toEqual(new Set(['unreachable']));
    stage.readsSlots = () => Promise.resolve();
    stage.told.length = 0;
    await stage.travel(10_000);
    expect(new Set(stage.told)).toEqual(new Set(['serves']));
    expect(stage.askedAt.at(-1)).toBe(13_000);
  });
});

describe('a new epoch', () => {
  it('is told, and has the slots read at once, and often again', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(2_450);
    stage.slotsReadAt.length = 0;
    for (const node of stage.nodes) node.epoch = 2;
    await stage.travel(450);
    expect(stage.told.filter((news) => news === 'new-epoch')).toHaveLength(1);
    expect(stage.slotsReadAt).toEqual([2_500, 2_600, 2_800]);
  });

  it('is none that one node knows later than another', async () => {
    const stage = new Stage();
    const [first, second] = stage.nodes;
    if (first === undefined || second === undefined) throw new Error('There are three.');
    first.epoch = 5;
    stage.nodes[2] = first;
    stage.random = 0;
    stage.watch.trouble();
    await stage.travel(100);
    stage.random = 0.5;
    await stage.travel(200);
    stage.random = 0;
    await stage.travel(200);
    expect(stage.told).not.toContain('new-epoch');
  });

  it('is none after the first is heard, or where none is told', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.epoch = undefined;
    stage.watch.trouble();
    await stage.travel(250);
    expect(stage.told).not.toContain('new-epoch');
    for (const node of stage.nodes) node.epoch = 1;
    await stage.travel(100);
    expect(stage.told).toContain('new-epoch');
  });

  it('that came while nobody looked is none', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(5_000);
    for (const node of stage.nodes) node.epoch = 9;
    stage.watch.trouble();
    await stage.travel(1_000);
    expect(stage.told).not.toContain('new-epoch');
  });
});

describe('a cluster that a node says is down', () => {
  it('is down when all say so who answer, and serves again as soon as one says so', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.state = 'fail';
    const [first] = stage.nodes;
    if (first !== undefined) first.state = undefined;
    await stage.watch.checkState();
    expect([stage.told, stage.watch.isAwaitingState]).toEqual([['down'], true]);
    expect(stage.asked.map(([node]) => node)).toEqual([0, 1, 2]);
    // Slots that are read are no sign that it serves.
    await stage.travel(500);
    expect(stage.told).toEqual(['down']);
    for (const node of stage.nodes) node.state = 'ok';
    await stage.travel(100);
    expect([stage.told.slice(0, 2), stage.watch.isAwaitingState]).toEqual([['down', 'serves'], false]);
  });

  it('is asked for as long as it is down', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.state = 'fail';
    await stage.watch.checkState();
    await stage.travel(20_000);
    expect(stage.askedAt.at(-1)).toBe(20_000);
    expect(stage.told).toEqual(['down']);
  });

  it('is not down when another one says that it is well', async () => {
    const stage = new Stage();
    const [first] = stage.nodes;
    if (first !== undefined) first.state = 'fail';
    await stage.watch.checkState();
    expect([stage.told, stage.watch.isAwaitingState]).toEqual([[], false]);
    await stage.travel(200);
    expect(stage.slotsReadAt.length).toBeGreaterThan(0);
  });

  it('is not down when nobody answers', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.state = undefined;
    await stage.watch.checkState();
    expect([stage.told, stage.watch.isAwaitingState]).toEqual([[], false]);
  });

  it('is checked once at a time, and not again while it is down', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.state = 'fail';
    await Promise.all([stage.watch.checkState(), stage.watch.checkState()]);
    expect([stage.told, stage.asked.length]).toEqual([['down'], 3]);
    await stage.watch.checkState();
    expect([stage.told, stage.asked.length]).toEqual([['down'], 3]);
    for (const node of stage.nodes) node.state = 'ok';
    await stage.travel(100);
    for (const node of stage.nodes) node.state = 'fail';
    await stage.watch.checkState();
    expect(stage.told.at(-1)).toBe('down');
  });
});

describe('a watch that is stopped', () => {
  it('looks no more, and awaits nothing', async () => {
    const stage = new Stage();
    for (const node of stage.nodes) node.state = 'fail';
    await stage.watch.checkState();
    stage.watch.stop();
    expect([stage.clock.pendingTimers, stage.watch.isAwaitingState]).toEqual([0, false]);
    const asked = stage.asked.length;
    await stage.travel(5_000);
    expect(stage.asked).toHaveLength(asked);
  });

  it.each([
    ['to a check', 'fail'],
    ['about its state', 'ok'],
  ] as const)('tells nothing of an answer that comes later, %s', async (what, state) => {
    const stage = new Stage();
    for (const node of stage.nodes) node.state = state;
    let answer: () => void = () => undefined;
    if (what === 'about its state') {
      stage.readsSlots = () => stage.answered;
      stage.watch.trouble();
      await stage.travel(100);
      for (const node of stage.nodes) node.epoch = 7;
    }
    stage.told.length = 0;
    stage.answered = new Promise((resolve) => {
      answer = resolve;
    });
    const checked = what === 'to a check' ? stage.watch.checkState() : stage.travel(100);
    await stage.travel(0);
    await (what === 'to a check' ? Promise.resolve() : checked);
    stage.watch.stop();
    answer();
    await stage.travel(5_000);
    await checked;
    expect([stage.told, stage.clock.pendingTimers, stage.watch.isAwaitingState]).toEqual([[], 0, false]);
  });

  it('tells nothing of slots that nobody tells, either', async () => {
    const stage = new Stage();
    let fail: () => void = () => undefined;
    stage.readsSlots = () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new Error('none'));
      });
    stage.watch.trouble();
    await stage.travel(100);
    stage.watch.stop();
    fail();
    await stage.travel(100);
    expect([stage.told, stage.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('watches again when there is trouble again', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(2_500);
    stage.watch.stop();
    stage.slotsReadAt.length = 0;
    stage.watch.trouble();
    await stage.travel(450);
    expect(stage.slotsReadAt).toEqual([2_600, 2_700, 2_900]);
  });
});
