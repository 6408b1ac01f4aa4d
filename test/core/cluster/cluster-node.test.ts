import { describe, expect, it } from 'vitest';
import { ClusterNode } from '../../../packages/core/src/cluster/nodes/cluster-node.ts';
import { NodeDialers } from '../../../packages/core/src/cluster/nodes/node-dialers.ts';
import type { NodeNews } from '../../../packages/core/src/cluster/nodes/node-news.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';
import { ClusterMap } from '../fakes/cluster-map.ts';
import { commandOf } from '../fakes/fake-command.ts';
import { FakeNetwork } from '../fakes/fake-network.ts';
import { FakeNode } from '../fakes/fake-node.ts';
import { FakeServer } from '../fakes/fake-server.ts';
import { closedCircuits, flushesOf, trackedCall } from '../fakes/tracked-call.ts';

/** One node of a Cluster, and core's connection to it. */
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
  readonly circuits = closedCircuits(this.clock);
  readonly around = {
    cluster: { send: this.driver.send, isReady: true },
    circuits: () => this.circuits,
    hasReadsElsewhere: false,
  };
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
    this.around,
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

  /** Sends a call as core's Cluster client does. */
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

  /** The events so far, except those about sent or received bytes. */
  get told(): string[] {
    return this.news.map(textOf).filter((news) => !news.startsWith('bytes-'));
  }
}

function textOf(news: NodeNews): string {
  return 'cause' in news ? `${news.kind}: ${news.cause}` : news.kind;
}

describe('a node', () => {
  it('that can be reached is found, and serves', async () => {
    const stage = new Stage();
    stage.driver.connectNow();
    await stage.travel(20);
    expect([stage.node.connection.state, stage.node.isSilent]).toEqual(['ready', false]);
    expect(new Set(stage.told)).toEqual(new Set(['found']));
    const sent = stage.send('get', 'a');
    await stage.travel(5);
    expect(sent.outcome()).toBeNull();
    expect(stage.news).toContainEqual({ kind: 'bytes-read' });
    expect(stage.news).toContainEqual({ kind: 'bytes-written' });
  });

  it('that is slow to connect is away until it is reached, and nothing is sent to it', async () => {
    const stage = new Stage();
    stage.network.setReachable(stage.server.address, false);
    stage.driver.connectNow();
    await stage.travel(199);
    expect([stage.node.isSilent, stage.told]).toEqual([false, []]);
    const waiting = stage.send('get', 'a');
    await stage.travel(1);
    expect([stage.node.isSilent, stage.told]).toEqual([true, ['away: stalled']]);
    const refused = stage.send('get', 'b');
    await stage.travel(0);
    expect(refused.outcome()).toMatchObject({ name: 'EstablishError', reason: 'stalled' });
    expect([refused.call.written, waiting.outcome()]).toEqual([undefined, undefined]);
    await stage.travel(1_000);
    expect([stage.driver.status, waiting.outcome()]).toMatchObject(['ended', { reason: 'connect-timeout' }]);
  });

  it('is slow to connect only after twice the time that the farthest node took to connect', async () => {
    const stage = new Stage();
    stage.network.setReachable(stage.server.address, false);
    const { speed } = stage.dialers.of('far:1');
    speed.connected(150);
    speed.handshakeDone(150);
    stage.driver.connectNow();
    await stage.travel(599);
    expect(stage.node.isSilent).toBe(false);
    await stage.travel(1);
    expect(stage.node.isSilent).toBe(true);
  });

  it('that is slow to connect gives back the reads that other nodes serve, and keeps what else waits', async () => {
    const stage = new Stage();
    stage.around.hasReadsElsewhere = true;
    stage.network.setReachable(stage.server.address, false);
    stage.driver.connectNow();
    const read = stage.send('get', 'a');
    const write = stage.send('set', 'a', '1');
    Object.assign(write.call, { retryLane: 'write' });
    await stage.travel(199);
    expect(read.outcome()).toBeUndefined();
    await stage.travel(1);
    expect([read.outcome(), write.outcome()]).toMatchObject([{ reason: 'stalled' }, undefined]);
    await stage.travel(1_000);
    expect(write.outcome()).toMatchObject({ reason: 'connect-timeout' });
  });

  it('that is told to quit while it is being connected ends, and says so by the text that the cluster expects', async () => {
    const stage = new Stage();
    stage.server.stop();
    stage.driver.connectNow();
    const quit = stage.send('quit');
    await stage.travel(50);
    expect(quit.outcome()).toMatchObject({ message: 'Connection is closed.' });
    expect(stage.driver.status).toBe('ended');
  });

  it('that is silent gets nothing more, and what it answers again it gets again', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    const first = stage.send('get', 'a');
    await stage.travel(210);
    expect([stage.node.isSilent, stage.told]).toEqual([true, ['away: stalled']]);
    const refused = stage.send('get', 'b');
    await stage.travel(1_000);
    expect(refused.outcome()).toMatchObject({ reason: 'stalled' });
    stage.server.thaw();
    await stage.travel(300);
    expect(first.outcome()).toBeNull();
    expect([stage.node.isSilent, stage.told.at(-1)]).toEqual([false, 'found']);
    const next = stage.send('get', 'c');
    await stage.travel(2_500);
    expect(next.outcome()).toBeNull();
    expect(stage.node.connection.state).toBe('ready');
  });

  it('that is silent for too long is dropped', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    const sent = stage.send('get', 'a');
    // The connection is given up two seconds after it was first suspected.
    await stage.travel(2_195);
    expect(stage.driver.status).toBe('ready');
    await stage.travel(10);
    expect([stage.driver.status, stage.node.connection.state]).toEqual(['ended', 'ended']);
    expect(sent.outcome()).toMatchObject({ message: 'Connection is closed.' });
    expect([stage.clock.pendingTimers, stage.network.links.length]).toEqual([0, 0]);
  });

  it('whose server is silent gives its reads up if other nodes serve them', async () => {
    const stage = await Stage.ready();
    stage.around.hasReadsElsewhere = true;
    stage.server.freeze();
    const sent = [stage.send('get', 'a'), stage.send('get', 'b')];
    await stage.travel(390);
    expect(stage.driver.status).toBe('ready');
    await stage.travel(110);
    expect([stage.driver.status, ...stage.told]).toEqual(['ended', 'away: stalled', 'lost: stalled']);
    for (const { outcome } of sent) expect(outcome()).toMatchObject({ message: 'Connection is closed.' });
  });

  it('whose server is silent waits for it if a write is in flight', async () => {
    const stage = await Stage.ready();
    stage.around.hasReadsElsewhere = true;
    stage.server.freeze();
    const read = stage.send('get', 'a');
    const write = stage.send('set', 'a', '1');
    Object.assign(write.call, { retryLane: 'write' });
    await stage.travel(1_000);
    stage.server.thaw();
    await stage.travel(300);
    expect([read.outcome(), write.outcome(), stage.driver.status]).toEqual([null, 'OK', 'ready']);
  });

  it('that is lost is told so, and ends', async () => {
    const stage = await Stage.ready();
    stage.server.stop();
    await stage.travel(5);
    expect([stage.told[0], stage.driver.status]).toEqual(['lost: connection-reset', 'ended']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('that refuses a connection is away, and is told so', async () => {
    const stage = new Stage();
    stage.server.stop();
    stage.driver.connectNow();
    await stage.travel(10);
    expect(stage.told).toEqual(['away: connection-refused']);
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

  it('closes its socket, and is closed once that is', async () => {
    const stage = new Stage();
    await stage.node.close();
    stage.driver.connectNow();
    await stage.travel(20);
    const { socket } = stage.node.connection.wire;
    expect(socket?.closed).toBe(false);
    const closed = stage.node.close();
    await stage.travel(5);
    await closed;
    expect(socket?.closed).toBe(true);
  });

  it('that the cluster does not use any more is not dropped for its silence', async () => {
    const stage = await Stage.ready();
    stage.server.freeze();
    stage.send('get', 'a');
    await stage.travel(300);
    expect(stage.told).toEqual(['away: stalled']);
    stage.node.stop();
    await stage.travel(10_000);
    expect(stage.driver.status).toBe('ready');
  });
});

describe('the question who owns which slots', () => {
  const range = { first: 0, last: 16_383, nodes: [{ host: '10.0.0.1', port: 6_379 }] };

  it('is asked over the connection that there is', async () => {
    const stage = await clustered();
    const links = stage.network.links.length;
    const answer = stage.node.slots(new AbortController().signal, 1_000);
    await stage.travel(5);
    expect(await answer).toMatchObject([{ first: range.first, last: range.last }]);
    expect(stage.network.links.length).toBe(links);
  });

  it('makes the connection where there is none', async () => {
    const stage = new Stage();
    void new ClusterMap([stage.server]);
    const answer = stage.node.slots(new AbortController().signal, 1_000);
    await stage.travel(30);
    expect(await answer).toMatchObject([{ first: range.first, last: range.last }]);
    expect(stage.driver.status).toBe('ready');
  });

  it('goes over another connection while a call blocks this one', async () => {
    const stage = await clustered();
    const command = commandOf('blpop', ['list', '0']);
    trackedCall(stage.node.connection.wire, command, Infinity);
    stage.driver.submit(command);
    expect([stage.node.isAnswering, stage.node.answersAtOnce]).toEqual([true, false]);
    const answer = stage.node.slots(new AbortController().signal, 1_000);
    await stage.travel(30);
    expect(await answer).toMatchObject([{ first: range.first, last: range.last }]);
    expect(stage.network.links.length).toBe(1);
  });

  it('fails when the node does not answer in the time that its user gives it', async () => {
    const stage = await clustered();
    stage.server.freeze();
    const answer = stage.node.slots(new AbortController().signal, 300);
    answer.catch(() => undefined);
    await stage.travel(301);
    await expect(answer).rejects.toMatchObject({ reason: 'stalled' });
  });
});

async function clustered(): Promise<Stage> {
  const stage = await Stage.ready();
  void new ClusterMap([stage.server]);
  return stage;
}
