import { createRedisResilience } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { startRedis } from '@redis-resilience/testing';
import * as redis6 from 'redis';
import * as redis5 from 'redis-5';
import { describe, expect, it, onTestFinished } from 'vitest';
import { supportedProtocols } from '../../integration/stage/supported-protocols.ts';
import type { CallCase, Client } from './call-case.ts';
import { collectionCalls } from './collection-calls.ts';
import { serverCalls } from './server-calls.ts';
import { stringCalls } from './string-calls.ts';

const calls: readonly CallCase[] = [...stringCalls, ...collectionCalls, ...serverCalls];

// node-redis 5 rounds the doubles of RESP3 twice.
const versions = supportedProtocols.flatMap(
  (RESP) =>
    [
      ['6', redis6, RESP],
      ['5', redis5 as unknown as typeof redis6, RESP],
    ] as const,
);

it('the table has 300 calls or more', () => {
  expect(calls.length).toBeGreaterThanOrEqual(300);
});

describe.each(versions)('a client in front of node-redis %s', (version, redis, RESP) => {
  it(
    `answers every call of the table as plain node-redis does on RESP${RESP}`,
    { timeout: 60_000 },
    async () => {
      await using plainServer = await startRedis();
      await using server = await startRedis();
      const plain = redis.createClient({ url: plainServer.url, RESP }) as unknown as Client;
      const resilience = createRedisResilience(server.url);
      onTestFinished(() => resilience.close({ drainMs: 0 }));
      const client = createNodeRedisClient(resilience, redis, { RESP }) as unknown as Client;
      // A node-redis client emits an error when its server stops, which would end the process without a listener.
      plain.on('error', () => undefined);
      await Promise.all([plain.connect(), client.connect()]);
      onTestFinished(() => plain.destroy());
      const different: unknown[] = [];
      for (const [title, call] of calls) {
        const [expected, answer] = await Promise.all([outcomeOf(plain, call), outcomeOf(client, call)]);
        const isRounded = version === '5' && RESP === 3 && title === 'GEOSEARCH WITH';
        // An error that reaches the caller contains no keys and values, unlike the server's error reply.
        const masked = expected.startsWith('failed')
          ? expected.replaceAll(/'[^']*'/g, "'(not shown)'")
          : expected;
        if (![expected, masked].includes(answer) && !isRounded) different.push({ title, expected, answer });
      }
      expect(different).toEqual([]);
    },
  );
});

/**
 * Describes the result of a call as a text that shows every difference: classes, prototypes, and the order of names.
 * Only the arguments that the server quotes in an error are left out, because this project removes them from errors.
 */
async function outcomeOf(client: Client, call: CallCase[1]): Promise<string> {
  try {
    return `answered ${shown(await call(client))}`;
  } catch (error) {
    return `failed ${shown(error).replace(/, with args beginning with: [^\n]*/, ' ')}`;
  }
}

function shown(value: unknown): string {
  if (value === null || typeof value !== 'object') return `${typeof value} ${String(value)}`;
  if (Buffer.isBuffer(value)) return `Buffer ${value.toString('hex')}`;
  const kind = (Object.getPrototypeOf(value) as object | null)?.constructor.name ?? 'no prototype';
  if (value instanceof Error) {
    const { replies } = value as { replies?: unknown };
    return `${kind} ${value.message} ${replies === undefined ? '' : shown(replies)}`;
  }
  if (value instanceof Map) return `Map ${shown([...value])}`;
  if (value instanceof Set) return `Set ${shown(Array.from(value, String).toSorted())}`;
  const entries = Object.entries(value).map(([name, item]) => `${name}: ${shown(item)}`);
  return `${kind} { ${entries.join(', ')} }`;
}
