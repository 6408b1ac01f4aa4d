import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

it('a command issued after quit() fails as not applied, and those before it are answered', async () => {
  await using redis = await startProtectedRedis();
  const { client } = redis;
  await client.set('greeting', 'hello');

  const before = [client.incr('visits'), client.get('greeting'), client.quit()];
  const after = await Promise.all(
    [client.get('greeting'), client.incr('visits'), client.pipeline().incr('visits').exec()].map((call) =>
      call.catch((error: unknown) => error),
    ),
  );

  expect(await Promise.all(before)).toEqual([1, 'hello', 'OK']);
  const refused = { message: 'Connection is closed.', reason: 'closed', outcome: 'not-applied' };
  expect(after).toMatchObject([refused, refused, [[refused]]]);
  await waitFor(() => client.status === 'end');
  await client.connect();
  expect(await client.get('visits')).toBe('1');
});

it('a second quit() succeeds, and leaves time for what was issued before the first', async () => {
  await using redis = await startProtectedRedis();
  const { client } = redis;
  await client.ping();

  expect(await Promise.all([client.blpop('jobs', 0.2), client.quit(), client.quit()])).toEqual([
    null,
    'OK',
    'OK',
  ]);
});
