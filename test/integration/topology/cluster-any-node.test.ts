import { startCluster } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { protectCluster } from '../stage/protect-cluster.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';

const threePrimaries = { nodes: 3, replicas: 0, config: { 'cluster-require-full-coverage': 'no' } };

describe('a call that any node of a Cluster can serve', () => {
  it.concurrent(
    'is served by another node when its node hangs, whether it was sent before or after',
    async () => {
      await using cluster = await startCluster(threePrimaries);
      await using stage = await protectCluster(cluster);
      const victim = await cluster.primaryOf('a');
      for (const key of ['a', 'b', 'c']) await stage.client.set(key, '1');
      await victim.freeze();
      const before = Array.from({ length: 60 }, () => stage.client.ping());
      await waitUntilStatus(stage.resilience, 'degraded');
      const after = Array.from({ length: 60 }, () => stage.client.time());

      expect(new Set(await Promise.all(before))).toEqual(new Set(['PONG']));
      expect(await Promise.all(after)).toHaveLength(60);
      victim.thaw();
      await waitUntilStatus(stage.resilience, 'up');
      expect(await stage.client.get('a')).toBe('1');
    },
  );
});

describe('the nodes that a Cluster client lists', () => {
  it.concurrent('do not include a dead node, until it is back', async () => {
    await using cluster = await startCluster(threePrimaries);
    await using stage = await protectCluster(cluster);
    const victim = await cluster.primaryOf('a');
    for (const key of ['a', 'b', 'c']) await stage.client.set(key, '1');
    const ports = (): (number | undefined)[] =>
      stage.client.nodes('master').map(({ options }) => options.port);
    const listedBefore = ports();
    await victim.kill();
    await waitUntilStatus(stage.resilience, 'degraded');
    const listed: (number | undefined)[] = [];
    for (let round = 0; round < 100; round++) {
      listed.push(...ports());
      await stage.client.set(round % 2 === 0 ? 'b' : 'c', '2').catch(() => undefined);
      await pass(5);
    }
    await victim.start();
    await waitUntilStatus(stage.resilience, 'up');

    expect(listedBefore).toContain(victim.port);
    expect(listed).not.toContain(victim.port);
    expect(ports()).toContain(victim.port);
  });
});
