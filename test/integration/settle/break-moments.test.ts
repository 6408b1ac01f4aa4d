import type { Redis, RedisOptions } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { waitFor } from '@redis-resilience/testing';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';
import { kindsOfCall, prepare, type KindOfCall } from './kinds-of-call.ts';
import { unsettled, watchAll } from './settling.ts';

interface Moment {
  readonly name: string;
  /** Prepares the fault before the calls are issued. */
  readonly before?: (redis: ProtectedRedis) => unknown;
  /** Causes the fault in the same turn of the event loop in which the calls were issued. */
  readonly after?: (redis: ProtectedRedis, client: Redis) => unknown;
  /** Whether Redis stays silent until the end of the test. */
  readonly staysSilent?: true;
}

const moments: readonly Moment[] = [
  { name: 'before the write', before: ({ client }) => client.stream.destroy() },
  { name: 'right after the write', after: ({ client }) => process.nextTick(() => client.stream.destroy()) },
  {
    name: 'with the first byte on its way to the server',
    before: ({ proxy }) => proxy.cutAfter(1, { direction: 'toServer' }),
  },
  { name: 'half written', before: ({ proxy }) => proxy.cutAfter(200, { direction: 'toServer' }) },
  {
    name: 'half written, closed in good order',
    before: ({ proxy }) => proxy.cutAfter(200, { direction: 'toServer', how: 'end' }),
  },
  {
    name: 'half written, then silence',
    before: ({ proxy }) => proxy.cutAfter(200, { direction: 'toServer', how: 'silence' }),
  },
  { name: 'at the first byte of the answer', before: ({ proxy }) => proxy.cutAfter(1) },
  { name: 'half answered, then silence', before: ({ proxy }) => proxy.cutAfter(20, { how: 'silence' }) },
  { name: 'written, then the server dies', after: ({ server }) => void server.kill(), staysSilent: true },
  {
    name: 'written, then the server freezes',
    after: ({ server }) => void server.freeze(),
    staysSilent: true,
  },
  {
    name: 'during the handshake',
    before: async ({ proxy, client }) => {
      proxy.cutAfter(30, { direction: 'toServer', times: 3 });
      client.stream.destroy();
      await waitFor(() => client.status !== 'ready');
    },
  },
  {
    name: 'during a handshake that is never answered',
    before: async ({ proxy, client }) => {
      proxy.blackhole({ existing: true, incoming: true });
      client.stream.destroy();
      await waitFor(() => client.status !== 'ready');
    },
    staysSilent: true,
  },
  {
    name: 'then the resilience closes at once',
    after: ({ resilience }) => void resilience.close({ drainMs: 0 }),
  },
  {
    name: 'then the resilience closes and drains',
    after: ({ resilience }) => void resilience.close({ drainMs: 500 }),
  },
  { name: 'then the client quits', after: (_redis, client) => void client.quit().catch(() => undefined) },
  { name: 'then the client disconnects', after: (_redis, client) => client.disconnect() },
  { name: 'then the client disconnects to come back', after: (_redis, client) => client.disconnect(true) },
  {
    name: 'while the client disconnects between two attempts',
    before: async ({ server, resilience }) => {
      await server.kill();
      await waitFor(() => resilience.snapshot().status === 'down');
    },
    after: (_redis, client) => client.disconnect(),
  },
];

const clients: readonly (readonly [string, RedisOptions])[] = [
  ['a plain client', { protocol: 2 }],
  ['a client with auto-pipelining', { enableAutoPipelining: true }],
];

describe.each(clients)('every call on %s', (_name, client) => {
  it.concurrent.each(moments)('settles once among all the others, broken $name', async (moment) => {
    expect(await faultsOf(moment, together, client)).toEqual([]);
  });

  it.concurrent.each(moments)('settles once when it is alone, broken $name', async (moment) => {
    const faults = await Promise.all(alone.map((kind) => faultsOf(moment, [kind], client)));
    expect(faults.flat()).toEqual([]);
  });
});

// A RESP2 connection with subscriptions accepts no other commands, so the test for SUBSCRIBE runs on its own.
const together = kindsOfCall.filter(({ name }) => name !== 'a subscribe');
const alone = kindsOfCall.filter(({ name }) => /subscribe|script|MULTI|blocking/.test(name));

async function faultsOf(
  { before, after, staysSilent }: Moment,
  kinds: readonly KindOfCall[],
  client: RedisOptions,
): Promise<string[]> {
  await using redis = await startProtectedRedis({
    client,
    resilience: { timeoutMs: 800, connection: { handshakeTimeoutMs: 1_000 } },
  });
  using unhandled = new UnhandledRejections();
  prepare(redis.client);
  await redis.client.get('greeting');
  await before?.(redis);
  const calls = watchAll(redis.client, kinds);
  await after?.(redis, redis.client);
  // `subscribe` waits until there is a connection or the client is closed, so the test closes the client.
  if (staysSilent && kinds.every(({ name }) => name === 'a subscribe')) redis.client.disconnect();
  const faults = await unsettled(calls);
  if (redis.server.frozen) redis.server.thaw();
  return [...faults, ...(await unhandled.list()).map(String)];
}
