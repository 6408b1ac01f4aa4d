import {
  keySlot,
  startCluster,
  waitFor,
  type ClusterGroup,
  type RedisServer,
} from '@redis-resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';

describe('startCluster', () => {
  let cluster: ClusterGroup;
  const slot = keySlot('{a}');
  const keys = ['{a}1', '{a}2', '{a}3', '{a}4'] as const;

  beforeAll(async () => {
    cluster = await startCluster({ password: 'p' });
  });
  afterAll(() => cluster.stop());

  it('starts three primaries with a replica each, in full service', async () => {
    expect(cluster.addresses).toHaveLength(6);
    for (const node of cluster.nodes) {
      expect(await node.command('CLUSTER', 'INFO')).toMatch(/cluster_state:ok[^]*cluster_slots_ok:16384/);
    }
    const primaries = await Promise.all([0, 8_000, 16_383].map((each) => cluster.primaryOf(each)));
    expect(new Set(primaries).size).toBe(3);
    for (const primary of primaries) expect(await cluster.replicasOf(primary)).toHaveLength(1);
  });

  it('computes slots as the server does', async () => {
    for (const key of ['a', '{a}b', 'x{y}z', 'foo{}{bar}', 'ключ']) {
      expect(await cluster.nodes[0]?.command('CLUSTER', 'KEYSLOT', key)).toBe(cluster.keySlot(key));
    }
  });

  it('sends clients on with MOVED', async () => {
    const home = await cluster.primaryOf('{a}');
    const stranger = await otherPrimary(home);
    await expect(stranger.command('GET', '{a}')).rejects.toThrow(`MOVED ${slot} 127.0.0.1:${home.port}`);
  });

  it('leaves a slot half way, with ASK and TRYAGAIN, and brings it home', async () => {
    const source = await cluster.primaryOf(slot);
    const target = await otherPrimary(source);
    for (const key of keys) await source.command('SET', key, key);
    const migration = await cluster.startSlotMigration(slot, target);
    expect(await migration.moveKeys(2)).toBe(2);
    const [moved] = (await target.command('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as [string];
    await expect(source.command('GET', moved)).rejects.toThrow(`ASK ${slot} 127.0.0.1:${target.port}`);
    await expect(source.command('MGET', ...keys)).rejects.toThrow(/^TRYAGAIN/);
    await migration.finish();
    expect(await target.command('MGET', ...keys)).toEqual(keys);
    expect(await cluster.primaryOf(slot)).toBe(target);
    await expect(source.command('GET', moved)).rejects.toThrow(`MOVED ${slot} 127.0.0.1:${target.port}`);
  });

  it('moves a slot with its keys in one call', async () => {
    const source = await cluster.primaryOf(slot);
    const target = await otherPrimary(source);
    await cluster.migrateSlot(slot, target);
    expect(await cluster.primaryOf('{a}')).toBe(target);
    expect(await target.command('MGET', ...keys)).toEqual(keys);
  });

  it('has a replica take over in good order', async () => {
    const before = await cluster.primaryOf(slot);
    const after = await cluster.failover(before);
    expect(after).not.toBe(before);
    expect(await cluster.primaryOf(slot)).toBe(after);
    expect(await after.command('MGET', ...keys)).toEqual(keys);
  });

  it('promotes a replica when a primary is killed', async () => {
    await cluster.waitUntilOk();
    const before = await cluster.primaryOf(slot);
    await before.kill();
    const after = await waitFor(() => cluster.primaryOf(slot), { timeoutMs: 15_000 });
    expect(await after.command('GET', '{a}1')).toBe('{a}1');
    await before.start();
    await cluster.waitUntilOk();
    expect((await before.info('replication'))['role']).toBe('slave');
  });

  it('comes back after every node was killed', async () => {
    await cluster.killAll();
    expect(cluster.nodes.map(({ running }) => running)).toEqual(cluster.nodes.map(() => false));
    await cluster.restartAll();
    const home = await cluster.primaryOf(slot);
    expect(await home.command('SET', '{a}5', '5')).toBe('OK');
  });

  it('leaves no process behind after stop', async () => {
    const pids = cluster.nodes.map(({ pid }) => pid);
    await cluster.stop();
    await cluster.stop();
    expect(pids.map(isAlive)).toEqual(pids.map(() => false));
  });

  async function otherPrimary(than: RedisServer): Promise<RedisServer> {
    const primaries = await Promise.all([0, 8_000, 16_383].map((each) => cluster.primaryOf(each)));
    return primaries.find((node) => node !== than) ?? than;
  }
});
