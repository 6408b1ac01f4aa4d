import { inspect } from 'node:util';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { Finding, settledWithin } from './finding.js';
import { HostileServer, valueOf } from './hostile-server.js';
import { pick } from './resp-grammar.js';

const values: readonly unknown[] = [
  'x', 'kept-secret 1', 'GET kept-secret', 1, 0.5, -0, Number.NaN, 1n, null, undefined, true, '', '\0', '\ud800', Buffer.from([255]), [], [1, [2]], [Object.create(null)],
  {}, { toString: 1 }, { toString: () => 1 }, Object.create(null), Symbol('s'), () => 1, new Map([['a', 1]]), new Date(Number.NaN),
  { length: 3 }, new Uint8Array(2), JSON.parse('{"__proto__":{"x":1}}'),
]; // prettier-ignore

/** A marker in every key and value; an error or a log line that contains it is a finding. */
const marker = 'kept-secret';

type Once = (...args: unknown[]) => Promise<unknown>;
type Verb = (client: Redis, args: readonly unknown[]) => Promise<unknown>;

const verbs: readonly Verb[] = [
  (client, args) => client.call('get', ...(args as string[])),
  (client, args) => client.call(...(args as [string])),
  (client, args) => client.set(`{a}${marker}`, ...(args as [string])),
  (client, args) => client.mget(...(args as string[])),
  (client, args) => client.hset(...(args as [string])),
  (client, args) => client.eval('return 1', 1, ...(args as string[])),
  // Claims more keys than there are arguments.
  (client, args) => client.eval('return 1', args.length + 3, ...(args as string[])),
  (client, args) => client.call('EVAL', 'return 1', 'Infinity', ...(args as string[])),
  (client, args) =>
    client
      .pipeline()
      .get('{a}a')
      .call('zunionstore', '{a}b', '1e9', ...(args as string[]))
      .exec(),
  (client, args) =>
    client
      .pipeline()
      .get('{a}a')
      .set('{a}b', ...(args as [string]))
      .get(...(args as [string]))
      .exec(),
  async (client, args) => {
    const pipeline = client.pipeline().del(...(args as string[]));
    await new Promise((resolve) => setImmediate(resolve));
    return pipeline.get(`{a}${marker}`).exec();
  },
  (client, args) =>
    client
      .multi()
      .incr('{a}a')
      .set('{a}b', ...(args as [string]))
      .exec(),
];

interface Stage {
  readonly resilience: RedisResilience;
  /** Calls a method of a client: of the main client, a duplicate, or a leased connection. */
  readonly call: (verb: Verb, args: readonly unknown[], random: () => number) => Promise<unknown>;
  readonly prefix: string;
}

function stageOf(resilience: RedisResilience, prefix = ''): Stage {
  const client = resilience.client as Redis;
  const duplicate = client.duplicate();
  duplicate.on('error', () => undefined);
  const once: Once = (...args) => resilience.applyOnce({ timeoutMs: 500, id: 'fuzz' }, ...(args as [string]));
  return {
    resilience,
    prefix,
    call: (verb, args, random) => {
      const [key, value] = args as [string, string];
      const ways = [
        () => verb(client, args),
        () => verb(client, args),
        () => verb(duplicate, args),
        () => resilience.lease((leased) => verb(leased, args), { key: 'a', timeoutMs: 500 }),
        () => once('set', 'key', ...args),
        () => once(...args),
        () =>
          resilience.transaction([key], (tx) => tx.commit((multi) => [multi.set(key, value)]), {
            timeoutMs: 500,
          }),
      ];
      return pick(random, ways)();
    },
  };
}

/**
 * Calls every method with arguments of all kinds: each call must settle, and other callers must get their own
 * replies.
 */
export async function fuzzArguments(random: () => number): Promise<number> {
  await using server = await HostileServer.start();
  const { host, port } = server;
  const options = { logger: false, timeoutMs: 500 } as const;
  const stages = [
    stageOf(createRedisResilience({ host, port }, options)),
    stageOf(createRedisResilience({ host, port, keyPrefix: 'shop:' }, options), 'shop:'),
    stageOf(createRedisResilience({ cluster: [{ host, port }] }, options)),
  ];
  try {
    for (let tries = 0; tries < 300; tries++) {
      const { resilience, call, prefix } = pick(random, stages);
      const args = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, values));
      const verb = pick(random, verbs);
      const odd = (async () => call(verb, args, random))().catch(checkText);
      const key = `key-${tries}`;
      const value = await settledWithin('A bystander', resilience.client.get(key), 3_000);
      if (value !== valueOf(prefix + key)) throw new Finding('A bystander got the answer of another call');
      await settledWithin('A call with an odd argument', odd, 5_000);
      for (const shown of [resilience, resilience.history(), resilience.detail()]) checkText(shown);
    }
    for (const { resilience } of stages) {
      const message = 'no call to be counted as in flight when all have settled';
      await waitFor(() => resilience.detail().inFlight === 0, { timeoutMs: 3_000, message });
    }
  } finally {
    await Promise.all(stages.map(({ resilience }) => resilience.close({ drainMs: 0 })));
  }
  return 300;
}

function checkText(shown: unknown): void {
  if (inspect(shown, { depth: 6, showHidden: true }).includes(marker))
    throw new Finding('A text shows a key or value');
}
