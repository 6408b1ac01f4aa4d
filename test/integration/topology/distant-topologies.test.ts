import { protect } from '@redis-resilience/core';
import { startCluster, startProxy, startSentinel, type RedisServer } from '@redis-resilience/testing';
import { Cluster, Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

/** Puts proxies in front of these servers, which delay all bytes, and maps the addresses of the servers to them. */
async function far(servers: readonly RedisServer[], roundTripMs: number) {
  const proxies = await Promise.all(servers.map((target) => startProxy({ target })));
  for (const proxy of proxies) proxy.latency(roundTripMs / 2);
  const places = proxies.map(({ host, port }) => ({ host, port }));
  const natMap = Object.fromEntries(
    servers.map(({ host, port }, index) => [`${host}:${port}`, places[index] as (typeof places)[number]]),
  );
  const stop = async (): Promise<void> => void (await Promise.all(proxies.map((proxy) => proxy.close())));
  return { places, natMap, [Symbol.asyncDispose]: stop };
}

function use<Client extends Redis | Cluster>(client: Client) {
  const resilience = protect(client, { logger: false });
  const outages: string[] = [];
  resilience.on('outage', ({ cause }) => void outages.push(cause.code));
  return { client, outages, [Symbol.asyncDispose]: () => resilience.close({ drainMs: 0 }) };
}

describe('a Cluster at a distance', () => {
  it.each([250, 350])(
    'of %d ms answers the first calls, which wait for it, and tells no outage, also while little is called',
    async (roundTripMs) => {
      await using group = await startCluster();
      await using distance = await far(group.nodes, roundTripMs);
      await using used = use(new Cluster(distance.places, { natMap: distance.natMap }));
      const calls = Array.from({ length: 20 }, (_, index) => used.client.set(`key:${index}`, 'value'));
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['OK']));
      await delay(1_000);
      await Promise.all(Array.from({ length: 20 }, (_, index) => used.client.get(`key:${index}`)));
      expect(used.outages).toEqual([]);
    },
  );
});

describe('Sentinel at a distance', () => {
  it('of 350 ms answers the first calls, which wait for it', async () => {
    await using group = await startSentinel();
    await using servers = await far([group.primary, ...group.replicas], 350);
    await using sentinels = await far(group.sentinels, 350);
    const natMap = { ...servers.natMap, ...sentinels.natMap };
    await using used = use(new Redis({ sentinels: sentinels.places, name: group.name, natMap }));
    const calls = Array.from({ length: 20 }, (_, index) => used.client.set(`key:${index}`, 'value'));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['OK']));
    expect(used.outages).toEqual([]);
  });
});
