import { protect } from '@redis-resilience/core';
import { startSentinel, waitFor, type SentinelGroup } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

it('protect() closes the connections at sentinels that the option failoverDetector has made', async () => {
  await using group = await startSentinel();
  const client = new Redis({ sentinels: group.sentinelAddresses, name: group.name, failoverDetector: true });
  await waitFor(async () => (await detectorsAt(group)) === group.sentinels.length);

  const resilience = protect(client, { logger: false });
  try {
    await waitFor(async () => (await detectorsAt(group)) === 0);
    expect(await client.set('greeting', 'hello')).toBe('OK');

    client.disconnect(true);
    expect(await client.get('greeting')).toBe('hello');
    expect(await detectorsAt(group)).toBe(0);
  } finally {
    await resilience.close({ drainMs: 0 });
  }
});

/** Returns the number of clients that have subscribed to one channel of a sentinel; core subscribes to a pattern. */
async function detectorsAt({ sentinels }: SentinelGroup): Promise<number> {
  const lists = await Promise.all(sentinels.map((sentinel) => sentinel.command('CLIENT', 'LIST')));
  return lists.join('\n').split(' sub=1 ').length - 1;
}
