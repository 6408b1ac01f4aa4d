import { describe, expect, it } from 'vitest';
import { FailoverSigns } from '../../../packages/core/src/cluster/slots/failover-signs.ts';
import { SlotWatch, type SlotNews } from '../../../packages/core/src/cluster/slots/slot-watch.ts';
import type { ClusterDriver, NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

/** The reply of a node to CLUSTER INFO; `state` is undefined if the node does not reply. */
interface NodeState {
  state: 'ok' | 'fail' | undefined;
  epoch: number;
  failedSlots: number;
}

/** A `SlotWatch` for a Cluster whose nodes and slots the test determines. */
class Stage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly nodes: NodeState[] = [0, 1, 2].map(() => ({ state: 'ok', epoch: 1, failedSlots: 0 }));
  /** When the slots were read, and when nodes were asked, in milliseconds since the start. */
  readonly slotsReadAt: number[] = [];
  readonly asked: (readonly [node: number, at: number])[] = [];
  readonly news: SlotNews[] = [];
  /** The replicas of a primary that is down. */
  readonly candidates: NodeState[] = [];
  isPartAway = false;
  isAwaited = false;
  /** Primaries to which there is no connection. */
  readonly unused: NodeDriver[] = [];
  readonly connected: string[] = [];
  owners: readonly string[] = ['node:0', 'node:1', 'node:2'];
  random = 0.5;
  readonly cluster = {
    isReady: true,
    hasEnded: false,
    on: (): void => undefined,
    owners: (): ReadonlySet<string> => new Set(this.owners),
    primaries: (): readonly NodeDriver[] => [
      ...this.unused,
      ...this.nodes.map((node) => this.#driverOf(node)),
    ],
    readSlots: (): Promise<void> => {
      this.slotsReadAt.push(this.#now());
      return this.readsSlots();
    },
  };
  readsSlots: () => Promise<void> = () => Promise.resolve();
  /** The nodes reply when this promise resolves. */
  answered: Promise<void> = Promise.resolve();
  readonly #drivers = new Map<NodeState, NodeDriver>();
  readonly watch = new SlotWatch(
    this.cluster as unknown as ClusterDriver,
    {
      clock: this.clock,
      random: () => this.random,
      periodMs: 50,
      answering: () => this.nodes.map((node) => this.#driverOf(node)),
      candidates: () => this.candidates.map((node) => this.#driverOf(node)),
      signs: new FailoverSigns(),
      isPartAway: () => this.isPartAway,
      isAwaited: () => this.isAwaited,
    },
    (news) => this.news.push(news),
  );

  travel(ms: number): Promise<void> {
    return this.clock.travelAsync(ms);
  }

  get told(): string[] {
    return this.news.map(({ kind }) => kind);
  }

  /** When this node was asked. */
  askedAt(index: number): number[] {
    return this.asked.filter(([node]) => node === index).map(([, at]) => at);
  }

  addUnused(count: number): void {
    for (let index = 0; index < count; index++) {
      const address = `unused:${index}`;
      const driver = { address, status: 'idle', connectNow: () => this.#connect(driver) };
      this.unused.push(driver as unknown as NodeDriver);
    }
  }

  node(index: number): NodeState {
    return this.nodes[index] as NodeState;
  }

  #connect(driver: { readonly address: string; status: string }): void {
    driver.status = 'connecting';
    this.connected.push(driver.address);
  }

  #now(): number {
    return Math.round(this.clock.now() - 1_000);
  }

  #driverOf(node: NodeState): NodeDriver {
    const known = this.#drivers.get(node);
    if (known !== undefined) return known;
    const address = `node:${this.#drivers.size}`;
    const ask = async (name: string, args: readonly string[]): Promise<string> => {
      this.asked.push([[...this.nodes, ...this.candidates].indexOf(node), this.#now()]);
      await this.answered;
      if (node.state === undefined || name !== 'cluster' || args[0] !== 'INFO') throw new Error('no answer');
      const { state, failedSlots, epoch } = node;
      return `cluster_state:${state}\r\ncluster_slots_fail:${failedSlots}\r\ncluster_current_epoch:${epoch}\r\n`;
    };
    const driver = { address, ask } as unknown as NodeDriver;
    this.#drivers.set(node, driver);
    return driver;
  }
}

describe('a cluster without trouble', () => {
  it('is not watched', async () => {
    const stage = new Stage();
    await stage.travel(10_000);
    expect([stage.asked, stage.slotsReadAt, stage.clock.pendingTimers]).toEqual([[], [], 0]);
  });
});

describe('a cluster in trouble', () => {
  it('has each node asked steadily, and its slots read ever more rarely, for three seconds', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    expect([stage.clock.pendingTimers, stage.clock.timersThatKeepAlive]).toEqual([1, 0]);
    await stage.travel(10_000);
    for (const index of [0, 1, 2]) {
      const at = stage.askedAt(index);
      expect(at).toEqual(Array.from({ length: 60 }, (_, look) => 50 * (look + 1)));
    }
    expect(stage.slotsReadAt.slice(0, 5)).toEqual([50, 100, 200, 300, 400]);
    expect(stage.slotsReadAt.length).toBeLessThan(20);
    expect(stage.told.filter((kind) => kind === 'slots-read')).toHaveLength(stage.slotsReadAt.length);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('with a thousand primaries has its slots read once a second, and four times a second after a failover', async () => {
    const stage = new Stage();
    stage.owners = Array.from({ length: 1_000 }, (_, index) => `node:${index}`);
    stage.watch.trouble();
    await stage.travel(2_075);
    expect(stage.slotsReadAt).toEqual([50, 1_050, 2_050]);
    stage.node(1).epoch = 2;
    await stage.travel(1_000);
    expect(stage.slotsReadAt.slice(3)).toEqual([2_100, 2_356, 2_606, 2_856]);
  });

  it.each([
    [0, 45],
    [1, 55],
  ])('is looked at with a jitter of a tenth: %d', async (random, atMs) => {
    const stage = new Stage();
    stage.random = random;
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
    expect(stage.asked.at(-1)?.[1]).toBe(5_000);
    // As long as the Cluster has a problem, the slots are read about once a second. A repeated report of the same
    // problem causes no extra read.
    const pauses = stage.slotsReadAt.map((at, index) => at - (stage.slotsReadAt[index - 1] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_100);
  });

  it('has its slots read at the next look when a node is away that was not, and never sooner for one that is', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(2_010);
    const last = stage.slotsReadAt.at(-1);
    stage.watch.nodeAway(false);
    await stage.travel(50);
    expect(stage.slotsReadAt.at(-1)).toBe(last);
    stage.watch.nodeAway(true);
    await stage.travel(50);
    expect(stage.slotsReadAt.at(-1)).toBe(2_100);
  });

  it('is watched for as long as a part of it is away, its slots once a second', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    stage.watch.trouble();
    await stage.travel(60_000);
    expect(stage.asked.at(-1)?.[1]).toBe(60_000);
    expect(stage.slotsReadAt.filter((at) => at > 50_000).length).toBeGreaterThanOrEqual(9);
    stage.isPartAway = false;
    await stage.travel(1_000);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('has its slots read as often as at first while a call waits', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    stage.watch.trouble();
    await stage.travel(60_000);
    const before = stage.slotsReadAt.filter((when) => when > 59_000);
    expect(before.length).toBeLessThanOrEqual(2);
    stage.isAwaited = true;
    await stage.travel(1_000);
    const at = stage.slotsReadAt.filter((when) => when > 60_000);
    expect(at.length).toBeGreaterThanOrEqual(9);
    stage.isAwaited = false;
    await stage.travel(10_000);
    expect(stage.slotsReadAt.filter((when) => when > 61_000).length).toBeLessThanOrEqual(10);
  });

  it('with a thousand primaries has its slots read once a second also while a call waits', async () => {
    const stage = new Stage();
    stage.owners = Array.from({ length: 1_000 }, (_, index) => `node:${index}`);
    stage.isAwaited = true;
    stage.watch.trouble();
    await stage.travel(3_000);
    expect(stage.slotsReadAt.length).toBeLessThanOrEqual(4);
  });

  it('tells which node says that it is down, and which that it is up', async () => {
    const stage = new Stage();
    stage.node(1).state = 'fail';
    stage.node(2).state = undefined;
    expect(await stage.watch.checkStates()).toBe(false);
    expect(stage.news).toEqual([
      { kind: 'state', address: 'node:0', isUp: true },
      { kind: 'state', address: 'node:1', isUp: false },
    ]);
    stage.node(1).state = 'ok';
    expect(await stage.watch.checkStates()).toBe(true);
  });

  it('has its slots read at once when a node knows of a new epoch, and at each look for a second', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(2_500);
    const before = stage.slotsReadAt.length;
    stage.node(1).epoch = 2;
    await stage.travel(1_000);
    expect(stage.news).toContainEqual({ kind: 'failover', address: 'node:1', isOver: true });
    expect(stage.slotsReadAt.length - before).toBeGreaterThanOrEqual(19);
    expect(stage.told.filter((kind) => kind === 'failover')).toHaveLength(1);
  });

  it('is looked at again soon after a new epoch, and a little later each time', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(100);
    stage.node(1).epoch = 2;
    await stage.travel(200);
    const at = stage.askedAt(0);
    expect(at).toEqual([50, 100, 150, 158, 170, 188, 215, 256]);
  });

  it.each([
    ['all nodes', [0, 1, 2]],
    ['two nodes', [1, 2]],
  ])('is looked at again soon when one of %s that were down is up', async (_which, down) => {
    const stage = new Stage();
    for (const index of down) stage.node(index).state = 'fail';
    stage.watch.trouble();
    await stage.travel(100);
    stage.node(1).state = 'ok';
    await stage.travel(60);
    const at = stage.askedAt(0);
    expect(at).toEqual([50, 100, 150, 158]);
  });

  it('has a node that is still down asked every 8 ms while a call waits, once another one is up', async () => {
    const stage = new Stage();
    stage.isAwaited = true;
    for (const index of [1, 2]) stage.node(index).state = 'fail';
    stage.watch.trouble();
    await stage.travel(140);
    expect(stage.askedAt(2)).toEqual([50, 100]);
    stage.node(1).state = 'ok';
    await stage.travel(160);
    const pauses = stage.askedAt(2).map((at, index, all) => at - (all[index - 1] ?? 0));
    expect(Math.max(...pauses.slice(3))).toBeLessThanOrEqual(8);
    // The nodes that are up are asked only at the checks, which are ever less frequent.
    expect(stage.askedAt(0)).toEqual([50, 100, 150, 158, 170, 188, 215, 256]);
  });

  it('has no node asked again, however many are still down, once the watch is stopped', async () => {
    const stage = new Stage();
    stage.isAwaited = true;
    for (const index of [1, 2]) stage.node(index).state = 'fail';
    stage.watch.trouble();
    await stage.travel(140);
    stage.node(1).state = 'ok';
    await stage.travel(15);
    stage.watch.stop();
    const { length } = stage.asked;
    await stage.travel(2_000);
    expect([stage.asked.length, stage.clock.pendingTimers]).toEqual([length, 0]);
  });

  it('has its nodes asked in turn, as often as before, while a part is away', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    stage.watch.trouble();
    await stage.travel(130);
    expect(stage.asked).toEqual([
      [0, 50],
      [1, 67],
      [2, 83],
      [0, 100],
      [1, 117],
    ]);
  });

  it('has a replica of a lost primary asked, too, and its slots read at once when that one takes over', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    const replica: NodeState = { state: 'fail', epoch: 1, failedSlots: 5_461 };
    stage.candidates.push(replica);
    for (const node of stage.nodes) Object.assign(node, replica);
    stage.watch.trouble();
    await stage.travel(1_220);
    replica.failedSlots = 0;
    stage.slotsReadAt.length = 0;
    stage.asked.length = 0;
    stage.news.length = 0;
    await stage.travel(60);
    const toldAt = stage.asked.find(([node]) => node === 3)?.[1];
    expect(stage.slotsReadAt).toContain(toldAt);
    const failovers = stage.news.filter((news) => news.kind === 'failover');
    expect(failovers.map(({ isOver }) => isOver)).toEqual([true]);
  });

  it('has nodes connected that no call has needed, so that two can be asked about a part that is away', async () => {
    const stage = new Stage();
    stage.addUnused(4);
    stage.nodes.length = 1;
    stage.watch.trouble();
    await stage.travel(100);
    expect(stage.connected).toEqual([]);
    stage.isPartAway = true;
    await stage.travel(1_000);
    expect(stage.connected).toEqual(['unused:2']);
    stage.unused.splice(2, 1);
    await stage.travel(60);
    expect(stage.connected).toHaveLength(2);
    stage.nodes.push({ state: 'ok', epoch: 1, failedSlots: 0 });
    stage.unused.splice(1, 1);
    await stage.travel(1_000);
    expect(stage.connected).toHaveLength(2);
  });

  it('has a failover when slots have failed', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(500);
    expect(stage.told).not.toContain('failover');
    stage.node(2).failedSlots = 5_461;
    await stage.travel(50);
    expect(stage.news).toContainEqual({ kind: 'failover', address: 'node:2', isOver: false });
  });

  it('has one failover when one node alone goes on to say that slots have failed', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    stage.node(2).failedSlots = 1;
    await stage.travel(1_000);
    expect(stage.told.filter((kind) => kind === 'failover')).toHaveLength(1);
  });

  it('has a node asked once at a time, however long it takes', async () => {
    const stage = new Stage();
    let answer = (): void => undefined;
    stage.answered = new Promise((resolve) => {
      answer = resolve;
    });
    stage.watch.trouble();
    await stage.travel(500);
    expect(stage.asked).toHaveLength(3);
    answer();
    await stage.travel(50);
    expect(stage.asked).toHaveLength(6);
  });

  it('has at most eight of its nodes asked at each look, others each time', async () => {
    const stage = new Stage();
    stage.nodes.push(...Array.from({ length: 37 }, () => ({ ...stage.node(0) })));
    stage.watch.trouble();
    await stage.travel(50);
    stage.random = 0.9;
    await stage.travel(60);
    const [first, second] = [50, 104].map((at) => stage.asked.filter(([, when]) => when <= at).length);
    expect([first, (second ?? 0) - (first ?? 0)]).toEqual([8, 8]);
    expect(new Set(stage.asked.map(([node]) => node)).size).toBe(16);
  });

  it('is unreachable while nobody tells its slots, and is asked for them at each look', async () => {
    const stage = new Stage();
    stage.readsSlots = () => Promise.reject(new Error('no answer'));
    stage.watch.trouble();
    await stage.travel(6_000);
    expect(stage.slotsReadAt.length).toBeGreaterThanOrEqual(110);
    expect(stage.told).toContain('unreachable');
    stage.readsSlots = () => Promise.resolve();
    await stage.travel(100);
    expect(stage.told.at(-1)).not.toBe('unreachable');
    expect(stage.told).toContain('slots-read');
  });

  it('has its slots read at the next look after nobody told them, and often for a while', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(2_010);
    const last = stage.slotsReadAt.at(-1) ?? 0;
    stage.readsSlots = () => Promise.reject(new Error('no answer'));
    stage.watch.readSlots();
    await stage.travel(0);
    stage.readsSlots = () => Promise.resolve();
    await stage.travel(300);
    expect(stage.slotsReadAt.filter((at) => at > last)).toEqual([2_010, 2_050, 2_100, 2_200, 2_300]);
  });

  it('is watched because a node is away, also one that was away before', async () => {
    const stage = new Stage();
    stage.watch.nodeAway(false);
    await stage.travel(60);
    expect(stage.slotsReadAt).toEqual([50]);
  });

  it('with four hundred primaries has its slots read every 400 ms at first', async () => {
    const stage = new Stage();
    stage.owners = Array.from({ length: 400 }, (_, index) => `node:${index}`);
    stage.watch.trouble();
    await stage.travel(460);
    expect(stage.slotsReadAt).toEqual([50, 450]);
  });

  it('is watched again after it was well, and what the nodes said before is forgotten', async () => {
    const stage = new Stage();
    stage.node(1).failedSlots = 1;
    stage.node(2).state = 'fail';
    stage.watch.trouble();
    await stage.travel(10_000);
    expect(stage.told.filter((kind) => kind === 'failover')).toHaveLength(1);
    stage.news.length = 0;
    stage.asked.length = 0;
    for (const node of stage.nodes) node.epoch = 5;
    stage.node(0).state = 'fail';
    stage.node(2).state = 'ok';
    stage.watch.trouble();
    await stage.travel(110);
    expect(stage.news.filter(({ kind }) => kind === 'failover')).toEqual([
      { kind: 'failover', address: 'node:1', isOver: false },
    ]);
    // Node 2 was already down before the second `trouble()`, so its return does not make the watch ask earlier.
    const at = stage.askedAt(0);
    expect(at).toEqual([10_050, 10_100]);
  });

  it('has its slots read at the next look when it is in new trouble while a part is away for long', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    stage.watch.trouble();
    await stage.travel(30_000);
    const last = stage.slotsReadAt.at(-1) ?? 0;
    await stage.travel(1_100 - (30_000 - last));
    const before = stage.slotsReadAt.length;
    stage.watch.trouble();
    await stage.travel(50);
    expect(stage.slotsReadAt).toHaveLength(before + 1);
  });

  it.each([
    ['alone was down and is up', ['ok', 'fail', 'ok'], ['ok', 'ok', 'ok']],
    ['is up while another is down', ['ok', 'fail', 'ok'], ['ok', 'fail', 'ok']],
  ] as const)('is looked at no sooner when a node %s', async (_what, before, after) => {
    const stage = new Stage();
    for (const [index, state] of before.entries()) stage.node(index).state = state;
    stage.watch.trouble();
    await stage.travel(100);
    for (const [index, state] of after.entries()) stage.node(index).state = state;
    await stage.travel(110);
    const at = stage.askedAt(0);
    expect(at).toEqual([50, 100, 150, 200]);
  });

  it('has its slots read at its usual pace when slots have failed, until the failover is over', async () => {
    const stage = new Stage();
    stage.owners = Array.from({ length: 1_000 }, (_, index) => `node:${index}`);
    stage.watch.trouble();
    await stage.travel(110);
    stage.node(1).failedSlots = 1;
    await stage.travel(800);
    expect(stage.told).toContain('failover');
    expect(stage.slotsReadAt).toEqual([50]);
    const at = stage.askedAt(0);
    expect(at).toEqual(Array.from({ length: 18 }, (_, look) => 50 * (look + 1)));
  });

  it('has its slots read once at a time', async () => {
    const stage = new Stage();
    stage.readsSlots = () => new Promise(() => undefined);
    stage.watch.trouble();
    await stage.travel(3_000);
    expect(stage.slotsReadAt).toEqual([50]);
  });

  it('has nothing read while its client is not ready', async () => {
    const stage = new Stage();
    stage.cluster.isReady = false;
    stage.watch.trouble();
    await stage.travel(1_000);
    expect(stage.slotsReadAt).toEqual([]);
  });

  it('says nothing more once the watch is stopped, and may be watched again', async () => {
    const stage = new Stage();
    let [answer, read] = [(): void => undefined, (): void => undefined];
    stage.answered = new Promise((resolve) => (answer = resolve));
    stage.readsSlots = () => new Promise((resolve) => (read = resolve));
    stage.watch.trouble();
    await stage.travel(60);
    stage.watch.stop();
    stage.news.length = 0;
    stage.node(1).failedSlots = 1;
    answer();
    read();
    await stage.travel(1_000);
    expect([stage.news, stage.clock.pendingTimers]).toEqual([[], 0]);
    stage.readsSlots = () => Promise.resolve();
    stage.watch.trouble();
    await stage.travel(60);
    expect(stage.told).toContain('state');
  });

  it('is looked at as for the first time when the watch was stopped while nodes were asked in turn', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    stage.watch.trouble();
    await stage.travel(60);
    stage.watch.stop();
    stage.asked.length = 0;
    stage.watch.trouble();
    await stage.travel(120);
    expect(stage.asked).toEqual([
      [0, 110],
      [1, 127],
      [2, 143],
      [0, 160],
      [1, 177],
    ]);
  });

  it('is looked at soon after a failover, also while its nodes are asked in turn', async () => {
    const stage = new Stage();
    stage.isPartAway = true;
    stage.watch.trouble();
    await stage.travel(60);
    stage.node(1).epoch = 2;
    await stage.travel(20);
    expect(stage.asked).toEqual([
      [0, 50],
      [1, 67],
      [0, 75],
      [1, 75],
      [2, 75],
    ]);
  });

  it('is watched no more once the watch is stopped, or the client has ended', async () => {
    const stage = new Stage();
    stage.watch.trouble();
    await stage.travel(60);
    stage.watch.stop();
    const { length } = stage.asked;
    await stage.travel(1_000);
    expect([stage.asked.length, stage.clock.pendingTimers]).toEqual([length, 0]);
    stage.cluster.hasEnded = true;
    stage.watch.trouble();
    expect(stage.clock.pendingTimers).toBe(0);
  });
});
