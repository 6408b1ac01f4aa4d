import { createRedisResilience } from '@redis-resilience/core';
import type { Redis } from 'ioredis';
import { Finding, settledWithin } from './finding.js';
import { HostileServer, valueOf } from './hostile-server.js';
import { pick } from './resp-grammar.js';

const values: readonly unknown[] = [
  'x', 1, 0.5, -0, Number.NaN, 1n, null, undefined, true, '', '\0', '\ud800', Buffer.from([255]), [], [1, [2]], [Object.create(null)],
  {}, { toString: 1 }, { toString: () => 1 }, Object.create(null), Symbol('s'), () => 1, new Map([['a', 1]]), new Date(Number.NaN),
  { length: 3 }, new Uint8Array(2), JSON.parse('{"__proto__":{"x":1}}'),
]; // prettier-ignore

type Verb = (
  client: Redis,
  once: (...args: unknown[]) => Promise<unknown>,
  args: readonly unknown[],
) => Promise<unknown>;

const verbs: readonly Verb[] = [
  (client, _once, args) => client.call('get', ...(args as string[])),
  (client, _once, args) => client.set('key', ...(args as [string])),
  (client, _once, args) => client.mget(...(args as string[])),
  (client, _once, args) => client.hset('key', ...(args as [string])),
  (client, _once, args) =>
    client
      .pipeline()
      .get('a')
      .set('b', ...(args as [string]))
      .exec(),
  (client, _once, args) =>
    client
      .multi()
      .incr('a')
      .set('b', ...(args as [string]))
      .exec(),
  (client, _once, args) => client.eval('return 1', 1, ...(args as string[])),
  (_client, once, args) => once('id', 'set', 'key', ...args),
  (_client, once, args) => once(...args),
];

/** Puts arguments of every kind through every verb: each call settles, and others get their own answers. */
export async function fuzzArguments(random: () => number): Promise<number> {
  await using server = await HostileServer.start();
  const resilience = createRedisResilience(
    { host: server.host, port: server.port },
    { logger: false, timeoutMs: 500 },
  );
  const client = resilience.client;
  const once = (...args: unknown[]): Promise<unknown> =>
    resilience.applyOnce({ timeoutMs: 500, id: 'fuzz' }, ...(args.slice(1) as [string]));
  try {
    for (let tries = 0; tries < 300; tries++) {
      const args = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, values));
      const verb = pick(random, verbs);
      const odd = (async () => verb(client, once, args))().catch(() => undefined);
      const key = `key-${tries}`;
      const value = await settledWithin('A bystander', client.get(key), 3_000);
      if (value !== valueOf(key)) throw new Finding('A bystander got the answer of another call');
      await settledWithin('A call with an odd argument', odd, 5_000);
    }
  } finally {
    await resilience.close({ drainMs: 0 });
  }
  return 300;
}
