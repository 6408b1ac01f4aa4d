import { describe, expect, it } from 'vitest';
import { keySlot } from '../../../packages/core/src/keys/key-slot.ts';
import { ClusterStage } from '../fakes/cluster-stage.ts';

/** Keys whose slots belong to the first, second and third server. */
const keys = ['b', 'c', 'a'] as const;

describe('the topology of a cluster', () => {
  it('has a watched connection to each node, and rests while all is well', async () => {
    const stage = await ClusterStage.ready();
    expect([stage.topology.nodes.count, stage.topology.nodes.readyCount]).toEqual([3, 3]);
    expect([stage.topology.partlyAwayBy, stage.topology.isAllAway, stage.topology.isWhole]).toEqual([
      undefined,
      false,
      true,
    ]);
    for (const { ran } of stage.servers) ran.length = 0;
    await stage.travel(20_000);
    expect(new Set(stage.servers.flatMap(({ ran }) => ran))).toEqual(new Set(['ping']));
    expect(stage.news).toEqual([]);
  });

  it('knows when bytes were read and written last', async () => {
    const stage = await ClusterStage.ready();
    const at = stage.clock.now();
    const [answer] = await Promise.all([stage.cluster.call('get', keys[1]), stage.travel(10)]);
    expect(answer).toBeNull();
    expect([stage.flushes.lastWriteAt - at, stage.flushes.lastReadAt - at]).toEqual([0, 2]);
  });

  it('tells that a part is away once one of its owners is, and when it is back', async () => {
    const stage = await ClusterStage.ready();
    stage.server(1).stop();
    await stage.travel(50);
    // The node is dialed although no call needs it.
    expect([stage.topology.partlyAwayBy, stage.topology.isAllAway]).toEqual(['connection-refused', false]);
    expect(stage.told).toContain('parts-changed');
    expect(stage.told).not.toContain('unreachable');
    await stage.travel(10_000);
    expect(stage.topology.partlyAwayBy).toBe('connection-refused');
    stage.server(1).start();
    stage.news.length = 0;
    await stage.travel(1_500);
    expect([stage.topology.partlyAwayBy, stage.told.includes('parts-changed')]).toEqual([undefined, true]);
    expect(stage.topology.nodes.readyCount).toBe(3);
    // All idle connections share one timer.
    await stage.travel(10_000);
    expect(stage.clock.pendingTimers).toBe(1);
  });

  it('follows a failover, with which the old owner is nobody’s trouble', async () => {
    const stage = await ClusterStage.ready();
    stage.server(1).stop();
    await stage.travel(500);
    stage.map.failOver(stage.server(1), stage.reserve);
    await stage.travel(1_500);
    expect(stage.cluster.owners()).toContain(stage.reserve.address);
    expect(stage.topology.partlyAwayBy).toBeUndefined();
    const answer = stage.cluster.call('get', keys[1]);
    await stage.travel(20);
    expect(await answer).toBeNull();
  });

  it('reads the slots at once when there is a new epoch', async () => {
    const stage = await ClusterStage.ready();
    stage.topology.trouble();
    await stage.travel(2_500);
    stage.map.failOver(stage.server(2), stage.reserve);
    await stage.travel(200);
    expect(stage.cluster.owners()).toContain(stage.reserve.address);
  });

  it('counts a silent owner as away, asks it for nothing, and hears of it again', async () => {
    const stage = await ClusterStage.ready();
    stage.server(0).freeze();
    stage.cluster.call('get', keys[0]).catch(() => undefined);
    await stage.travel(400);
    expect([stage.topology.partlyAwayBy, stage.topology.nodes.readyCount]).toEqual(['stalled', 3]);
    const read = stage.server(0).clients.length;
    await stage.travel(500);
    expect(stage.server(0).clients.length - read).toBeLessThanOrEqual(3);
    stage.server(0).thaw();
    await stage.travel(500);
    expect(stage.topology.partlyAwayBy).toBeUndefined();
  });

  it('has the calls of a node wait that says that the cluster is down, until it says that it is up', async () => {
    const stage = await ClusterStage.ready();
    const slot = keySlot(keys[1]);
    stage.server(1).clusterState = 'fail';
    stage.topology.saysDown(slot, false);
    await stage.travel(10);
    expect(stage.topology.partAway(slot, 'read')).toMatchObject({ cause: 'cluster-down' });
    expect(stage.topology.partAway(keySlot(keys[0]), 'read')).toBeUndefined();
    expect([stage.topology.partlyAwayBy, stage.topology.isAllAway]).toEqual(['cluster-down', false]);
    stage.server(1).clusterState = 'ok';
    await stage.travel(60);
    expect(stage.topology.partAway(slot, 'read')).toBeUndefined();
    expect(stage.topology.isWhole).toBe(true);
  });

  it('has news once when a node refuses many calls, or many calls need a slot that no node serves', async () => {
    const stage = await ClusterStage.ready();
    const [first, second] = [keySlot(keys[0]), keySlot(keys[1])];
    const newsOf = (say: () => void): number => {
      const before = stage.told.length;
      for (let call = 0; call < 1_000; call++) say();
      return stage.told.length - before;
    };
    expect([
      newsOf(() => stage.topology.saysDown(first, true)),
      newsOf(() => stage.topology.saysDown(first, false)),
      newsOf(() => stage.topology.saysDown(first, true)),
      newsOf(() => stage.topology.saysUncovered(second)),
    ]).toEqual([1, 1, 0, 1]);
  });

  it('is away as a whole when every node says that the cluster is down', async () => {
    const stage = await ClusterStage.ready();
    for (const server of stage.servers) server.clusterState = 'fail';
    stage.topology.saysDown(keySlot(keys[0]), false);
    stage.cluster.readyTold = 0;
    await stage.travel(10);
    expect([stage.topology.isAllAway, stage.cluster.readyTold]).toEqual([true, 0]);
    for (const server of stage.servers) server.clusterState = 'ok';
    await stage.travel(60);
    expect([stage.topology.isAllAway, stage.topology.isWhole]).toEqual([false, true]);
    expect(stage.cluster.readyTold).toBeGreaterThan(0);
  });

  it('has the calls of a slot wait that nobody serves, until somebody does', async () => {
    const stage = await ClusterStage.ready();
    const slot = keySlot(keys[2]);
    stage.topology.saysUncovered(slot);
    expect(stage.topology.partAway(slot, 'write')).toMatchObject({ cause: 'cluster-down' });
    await stage.travel(200);
    expect(stage.topology.partAway(slot, 'write')).toBeUndefined();
  });

  it('has the calls wait whose node was lost, and tells them what became of it', async () => {
    const stage = await ClusterStage.ready();
    const slot = keySlot(keys[1]);
    const at = stage.clock.now();
    stage.server(1).stop();
    await stage.travel(5);
    expect(stage.topology.partAway(slot, 'write')?.isExpectedUntil).toBeCloseTo(at + 5_000, -1);
    await stage.travel(100);
    expect(stage.topology.partAway(slot, 'write')).toMatchObject({ cause: 'connection-refused' });
    stage.server(1).start();
    await stage.travel(200);
    expect(stage.topology.partAway(slot, 'write')).toBeUndefined();
  });

  it('does not say of a node whose connection the client itself ends that the client is closed', async () => {
    const stage = await ClusterStage.ready();
    const { topology, cluster } = stage;
    const slot = keySlot('a');
    const owner = cluster.nodes().find(({ address }) => address === cluster.addressesOf(slot)[0]);
    owner?.disconnect();
    await stage.travel(0);
    expect(topology.partAway(slot, 'read')?.cause).toBe('connection-reset');
  });

  it('expects a part that is away back when a failover is seen', async () => {
    const stage = await ClusterStage.ready();
    const slot = keySlot(keys[1]);
    stage.server(1).stop();
    await stage.travel(10_000);
    expect(stage.topology.partAway(slot, 'write')?.isExpectedUntil).toBeLessThan(stage.clock.now());
    stage.map.failOver(stage.server(2), stage.reserve);
    await stage.travel(100);
    expect(stage.topology.partAway(slot, 'write')?.isExpectedUntil).toBeGreaterThan(stage.clock.now());
  });

  it('finds the startup nodes again when all others are gone for good', async () => {
    const stage = await ClusterStage.ready();
    stage.map.failOver(stage.server(0), stage.reserve);
    stage.map.failOver(stage.server(1), stage.reserve);
    stage.map.failOver(stage.server(2), stage.reserve);
    stage.topology.trouble();
    await stage.travel(500);
    expect([...stage.cluster.owners()]).toEqual([stage.reserve.address]);
    stage.reserve.freeze();
    stage.map.failOver(stage.reserve, stage.server(1));
    stage.topology.trouble();
    await stage.travel(1_000);
    expect([...stage.cluster.owners()]).toEqual([stage.server(1).address]);
  });

  it('is unreachable when no node is left', async () => {
    const stage = await ClusterStage.ready();
    for (const server of stage.servers) server.freeze();
    stage.topology.trouble();
    await stage.travel(6_000);
    expect(stage.told).toContain('unreachable');
  });

  it('leaves nothing when it is stopped and its client ends', async () => {
    const stage = await ClusterStage.ready();
    stage.topology.trouble();
    stage.topology.stop();
    const ended = stage.cluster.end();
    const closed = stage.topology.nodes.close();
    await stage.travel(5);
    await ended;
    await closed;
    expect([stage.clock.pendingTimers, stage.network.links]).toEqual([0, []]);
    expect([stage.topology.nodes.count, stage.topology.nodes.readyCount]).toEqual([0, 0]);
  });
});
