import { describe, expect, it } from 'vitest';
import { ClusterNode, type NodeNews } from '../../../packages/core/src/cluster/cluster-node.ts';
import { NodeDialers } from '../../../packages/core/src/cluster/node-dialers.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';
import { commandOf } from '../fakes/fake-command.ts';
import { FakeNetwork } from '../fakes/fake-network.ts';
import { FakeNode } from '../fakes/fake-node.ts';
import { FakeServer } from '../fakes/fake-server.ts';
import { flushesOf, trackedCall } from '../fakes/tracked-call.ts';

/** One node of a cluster, and the connection of ours to it. */
class Stage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly network = new FakeNetwork(this.clock.outside);
  readonly server = new FakeServer({ clock: this.clock.outside, network: this.network });
  readonly driver = new FakeNode(this.clock, this.network, this.server.host, this.server.port);
  readonly dialers = new NodeDialers({
    clock: this.clock,
    random: () => 0.5,
    minPeriodMs: 100,
    maxPeriodMs: 5_000,
    handshakeTimeoutMs: 5_000,
  });
  readonly news: NodeNews[] = [];
  readonly node = new ClusterNode(
    this.driver,
    {
      credentials: { source: undefined },
      open: this.network.open,
      settings: resolveSettings({ clock: this.clock, random: () => 0.5 }),
      flushes: flushesOf(this.clock),
      dialers: this.dialers,
    },
    (news) => this.news.push(news),
  );

  static async ready(): Promise<Stage> {
    const stage = new Stage();
    stage.driver.connectNow();
    await stage.travel(20);
    if (stage.node.connection.state !== 'ready') throw new Error('The node is not ready.');
    stage.news.length = 0;
    return stage;
  }

  travel(ms: number): Promise<void> {
    return this.clock.travelAsync(ms);
  }

  /** Sends a call as the cluster client does. */
  send(name: string, ...args: readonly string[]) {
    const command = commandOf(name, args);
    const call = trackedCall(this.node.connection.wire, command);
    let outcome: unknown;
    const settle = (value: unknown): void => {
      outcome = value;
    };
    command.promise.then(settle, settle);
    this.driver.submit(command);
    return { command, call, outcome: () => outcome };
  }

  /** What was told, but for bytes. */
  get told(): NodeNews[] {
    return this.news.filter((news) => !news.startsWith('bytes-'));
  }

  get isAway(): boolean {
    return this.dialers.isAway(this.server.address);
  }
}

describe('a node', () => {
  it('that can be reached is found, and serves', async () => {
    const stage = new Stage();
    stage.driver.connectNow();
    await stage.travel(20);
    expect([stage.node.connection.state, stage.node.isSilent, stage.isAway]).toEqual(['ready', false, false]);
    expect(new Set(stage.told)).toEqual(new Set(['found']));
    const sent = stage.send('get', 'a');
    await stage.travel(5);
    expect(sent.outcome()).toBeNull();
    expect(stage.news).toContain('bytes-read');
    expect(stage.news).toContain('bytes-written');
  });

  it('that is slow to connect is away until it is reached, and nothing is sent to it', async () => {
    const stage = new Stage();
    stage.network.setReachable(stage.server.address, false);
    stage.driver.connectNow();
    await stage.travel(199);
    expect([stage.node.isSilent, stage.isAway, stage.told]).toEqual([false, false, []]);
    const waiting = stage.send('get', 'a');
    await stage.travel(1);
    expect([stage.node.isSilent, stage.isAway, stage.told]).toEqual([true, true, ['trouble']]);
    const refused = stage.send('get', 'b');
    await stage.travel(0);
    expect(refused.outcome()).toMatchObject({ name: 'EstablishError', reason: 'stalled' });
    expect([refused.call.written, waiting.outcome()]).toEqual([undefined, undefined]);
    await stage.travel(1_000);
    expect([stage.driver.status, waiting.outcome()]).toMatchObject(['ended', { reason: 'connect-timeout' }]);
  });

  it('that is silent gets nothing more, and what it answers again it gets again', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    const first = stage.send('get', 'a');
    await stage.travel(210);
    expect([stage.node.isSilent, stage.isAway, stage.told]).toEqual([true, true, ['trouble']]);
    const refused = stage.send('get', 'b');
    await stage.travel(1_000);
    expect(refused.outcome()).toMatchObject({ reason: 'stalled' });
    stage.server.thaw();
    await stage.travel(300);
    expect(first.outcome()).toBeNull();
    expect([stage.node.isSilent, stage.isAway, stage.told.at(-1)]).toEqual([false, false, 'found']);
    const next = stage.send('get', 'c');
    await stage.travel(2_500);
    expect(next.outcome()).toBeNull();
    expect(stage.node.connection.state).toBe('ready');
  });

  it('that is silent for too long is dropped', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    const sent = stage.send('get', 'a');
    // Two seconds from the suspicion on.
    await stage.travel(2_195);
    expect(stage.driver.status).toBe('ready');
    await stage.travel(10);
    expect([stage.driver.status, stage.node.connection.state]).toEqual(['ended', 'ended']);
    expect(sent.outcome()).toMatchObject({ message: 'Connection is closed.' });
    expect([stage.clock.pendingTimers, stage.network.links.length, stage.isAway]).toEqual([0, 0, false]);
  });

  it('that is lost is trouble, and ends', async () => {
    const stage = await Stage.ready();
    stage.server.stop();
    await stage.travel(5);
    expect([stage.told[0], stage.driver.status]).toEqual(['trouble', 'ended']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('that refuses a connection is away, and is told so', async () => {
    const stage = new Stage();
    stage.server.stop();
    stage.driver.connectNow();
    await stage.travel(10);
    expect([stage.told, stage.isAway]).toEqual([['trouble'], true]);
    expect(stage.dialers.causeOf(stage.server.address)).toBe('connection-refused');
  });

  it('is not sent what was answered already, unless it is part of a pipeline', async () => {
    const stage = await Stage.ready();
    const before = stage.server.ran.length;
    for (const stream of [undefined, {}]) {
      const command = commandOf('set', ['a', '1']);
      const call = trackedCall(stage.node.connection.wire, command);
      Object.assign(call, { settled: true });
      stage.driver.submit(command, stream);
    }
    await stage.travel(5);
    expect(stage.server.ran.slice(before)).toEqual(['set']);
  });

  it('counts a call as written where it is ready, and else not', async () => {
    const stage = new Stage();
    stage.driver.connectNow();
    const waiting = stage.send('get', 'a');
    expect(waiting.call.written).toBeUndefined();
    await stage.travel(20);
    const sent = stage.send('get', 'a');
    expect(sent.call.written).toBeDefined();
  });

  it('gets the cluster client’s own commands, also when it is silent', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    stage.send('get', 'a');
    await stage.travel(210);
    const own = stage.driver.ask('cluster', ['INFO']);
    own.catch(() => undefined);
    expect(stage.driver.unansweredCount()).toBe(2);
  });

  it('is closed once its socket is', async () => {
    const stage = new Stage();
    await stage.node.closed();
    stage.driver.connectNow();
    await stage.travel(20);
    let isClosed = false;
    void stage.node.closed().then(() => {
      isClosed = true;
    });
    await stage.travel(5);
    expect(isClosed).toBe(false);
    stage.driver.disconnect();
    await stage.travel(5);
    expect(isClosed).toBe(true);
    await stage.node.closed();
  });

  it('that the cluster does not use any more is known for nothing', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    stage.send('get', 'a');
    await stage.travel(300);
    expect(stage.isAway).toBe(true);
    stage.node.stop();
    expect(stage.isAway).toBe(false);
    await stage.travel(10_000);
    expect(stage.driver.status).toBe('ready');
  });
});
