import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { Promotions } from '../../../packages/core/src/sentinel/promotions.ts';
import { SentinelResolver } from '../../../packages/core/src/sentinel/sentinel-resolver.ts';

const { signal } = new AbortController();
const clock = new ManualClock();

/** A client of a group whose sentinels are all unreachable. */
function resolverWith(promotions?: Promotions): SentinelResolver {
  return new SentinelResolver(
    () => ({ sentinels: [{ host: 'one' }, { host: 'two' }], name: 'shop' }),
    () => Promise.reject(new Error('No sentinel answers.')),
    clock,
    () => 0.5,
    promotions,
  );
}

describe('a promotion that one client has seen', () => {
  it('is followed once by every client, without asking the sentinels', async () => {
    const promotions = new Promotions();
    const clients = [resolverWith(promotions), resolverWith(promotions), resolverWith(promotions)];
    // Each client hears of the same promotion from the sentinels.
    for (const client of clients) client.promoted('10.0.0.2', 6379);

    const resolved = await Promise.all(clients.map((client) => client.resolve(signal)));

    expect(resolved).toMatchObject(clients.map(() => ({ host: '10.0.0.2', port: 6379 })));
    for (const client of clients) await expect(client.resolve(signal)).rejects.toThrow(/sentinel/i);
  });

  it('is followed by a client that is made later, for ten seconds', async () => {
    const promotions = new Promotions();
    resolverWith(promotions).promoted('10.0.0.2', 6379);
    clock.travel(9_000);
    expect(await resolverWith(promotions).resolve(signal)).toMatchObject({ host: '10.0.0.2' });
    clock.travel(1_000);
    await expect(resolverWith(promotions).resolve(signal)).rejects.toThrow(/sentinel/i);
  });

  it('gives way to a later one', async () => {
    const promotions = new Promotions();
    const client = resolverWith(promotions);
    client.promoted('10.0.0.2', 6379);
    await client.resolve(signal);
    resolverWith(promotions).promoted('10.0.0.3', 6379);
    expect(await client.resolve(signal)).toMatchObject({ host: '10.0.0.3' });
  });

  it('says nothing to clients of another group', async () => {
    resolverWith(new Promotions()).promoted('10.0.0.2', 6379);
    await expect(resolverWith().resolve(signal)).rejects.toThrow(/sentinel/i);
  });
});
