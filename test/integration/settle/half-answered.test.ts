import { createRedisResilience } from '@redis-resilience/core';
import { startProxy, startRedis, type RedisServer } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../stage/outcome-of.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

// The replies to HELLO, MULTI, INCR and a pipeline have fewer bytes than this in total.
const longestReply = 130;

// Thirteen clients reconnect at the same time, which takes longer on a busy machine than calls wait by default.
const patient = { timeoutMs: 5_000, admission: { maxWaitMs: 2_000 } };

describe('an answer that is cut after any number of bytes', () => {
  it.each(['reset', 'end'] as const)('each call settles once, and is right or says so (%s)', async (how) => {
    await using server = await startRedis();
    using unhandled = new UnhandledRejections();
    await server.command('SET', 'greeting', 'hello');
    const faults: string[] = [];
    const cuts = Array.from({ length: longestReply }, (_, bytes) => bytes);

    while (cuts.length > 0) {
      const found = await Promise.all(cuts.splice(0, 13).map((bytes) => cutOnce(server, bytes, how)));
      faults.push(...found.flat());
    }

    expect(faults).toEqual([]);
    expect(await unhandled.list()).toEqual([]);
  });
});

async function cutOnce(server: RedisServer, bytes: number, how: 'reset' | 'end'): Promise<string[]> {
  await using proxy = await startProxy({ target: server });
  const resilience = createRedisResilience({ host: proxy.host, port: proxy.port, protocol: 2 }, patient);
  await resilience.ready({ timeoutMs: 5_000 });
  proxy.cutAfter(bytes, { how });
  const faults = await callAll(server, resilience.client, `key:${how}:${bytes}`);
  await resilience.close({ drainMs: 0 });
  return faults.map((fault) => `${fault} (after ${bytes} bytes)`);
}

async function callAll(server: RedisServer, client: Redis, key: string): Promise<string[]> {
  const [get, incr, multi, pipeline] = await Promise.all(
    [
      client.get('greeting'),
      client.incr(key),
      client.multi().incr(`${key}:m`).get('greeting').exec(),
      client.pipeline().get('greeting').incr(`${key}:p`).exec(),
    ].map((call) => outcomeOf(call)),
  );
  const faults: string[] = [];
  if (get?.kind !== 'resolved' || get.value !== 'hello') faults.push(`GET: ${JSON.stringify(get)}`);
  for (const [name, outcome, of] of [
    ['INCR', incr, key],
    ['MULTI', multi, `${key}:m`],
    ['pipeline', pipeline, `${key}:p`],
  ] as const) {
    const value = (await server.command('GET', of)) as string | null;
    if (outcome?.kind === 'pending') faults.push(`${name} is pending`);
    const failure =
      outcome?.kind === 'rejected'
        ? outcome.error
        : name === 'pipeline' && outcome?.kind === 'resolved'
          ? (outcome.value as [Error | null, unknown][]).find(([error]) => error !== null)?.[0]
          : undefined;
    const { outcome: said } = (failure ?? {}) as { outcome?: string };
    if (failure === undefined && value !== '1')
      faults.push(`${name} was acknowledged and is ${value ?? 'nothing'}`);
    if (said === 'not-applied' && value !== null) faults.push(`${name} ran and is called not-applied`);
    if (failure !== undefined && said === undefined) faults.push(`${name}: ${String(failure)}`);
    if (value !== null && value !== '1') faults.push(`${name} ran ${value ?? 'nothing'} times`);
  }
  return faults;
}
