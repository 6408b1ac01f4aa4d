import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';

describe.each(supportedProtocols)('unsubscribing (RESP%i)', (protocol) => {
  it('from all of a kind is done although subscriptions of another kind are left', async () => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    const { client, resilience, server } = redis;
    const messages: string[] = [];
    client.on('message', (channel, text) => messages.push(`${channel}: ${text}`));
    await client.subscribe('a', 'b');
    await client.psubscribe('p*', 'q*');
    const counts = await Promise.all([
      client.punsubscribe(),
      client.punsubscribe(),
      client.psubscribe('r*'),
      client.unsubscribe('b'),
      client.punsubscribe(),
      client.ping(),
    ]);
    await server.command('PUBLISH', 'a', 'text');
    await waitFor(() => messages.length > 0);
    await client.psubscribe('s*');

    expect(counts.slice(0, 5)).toEqual([2, 2, 3, 2, 1]);
    expect(messages).toEqual(['a: text']);
    expect(await client.unsubscribe()).toBe(1);
    expect(await client.punsubscribe()).toBe(0);
    expect(await client.get('key')).toBeNull();
    expect(resilience.snapshot()).toMatchObject({ outages: 0, attempts: 1 });
  });

  it.each([
    ['channels', 'sunsubscribe', 'shard'],
    ['shard channels', 'unsubscribe', 'plain'],
  ] as const)('leaves %s after the last %s', async (_, unsubscribe, ended) => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    const { client, resilience, server } = redis;
    const messages: string[] = [];
    for (const event of ['message', 'smessage'])
      client.on(event, (channel) => messages.push(String(channel)));
    await client.subscribe('plain');
    await client.ssubscribe('shard');
    await client[unsubscribe](ended);
    for (const publish of [
      ['PUBLISH', 'plain'],
      ['SPUBLISH', 'shard'],
    ] as const)
      await server.command(...publish, 'text');
    await waitFor(() => messages.length > 0);

    expect(messages).toEqual([ended === 'shard' ? 'plain' : 'shard']);
    expect(resilience.snapshot()).toMatchObject({ outages: 0, attempts: 1 });
  });
});
