import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';

const timeoutMs = 500;

/** Values that may be in a request body and cannot be converted to a string. */
const values: readonly (readonly [string, unknown])[] = [
  ['a toString that is no function', JSON.parse('{"toString":1}')],
  ['no prototype', Object.create(null)],
  ['a list of one without prototype', [Object.create(null)]],
];

const calls: readonly (readonly [string, (client: Redis, value: never) => Promise<unknown>])[] = [
  ['a single command', (client, value) => client.set('key', value)],
  ['a command on the slow path', (client, value) => client.call('SET', 'key', value)],
  ['a script', (client, value) => client.eval('return 1', 1, 'key', value)],
];

it.concurrent.each(
  calls.flatMap(([call, run]) => values.map(([value, given]) => ({ call, run, value, given }))),
)('$call with $value is rejected at once, and harms nobody', async ({ run, given }) => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs } });
  await redis.client.ping();
  await expect(run(redis.client, given as never)).rejects.toThrow(TypeError);
  await staysWell(redis);
});

it.concurrent.each(values)('in a pipeline only the command with %s fails', async (_name, given) => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs } });
  await redis.client.ping();
  const answers = await redis.client
    .pipeline()
    .set('before', '1')
    .set('key', given as never)
    .set('after', '2')
    .get('after')
    .exec();

  expect(answers).toEqual([[null, 'OK'], [expect.any(TypeError)], [null, 'OK'], [null, '2']]);
  await staysWell(redis);
});

it.concurrent.each(values)('a transaction with %s does not run', async (_name, given) => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs } });
  await redis.client.ping();
  const transaction = redis.client
    .multi()
    .set('before', '1')
    .set('key', given as never)
    .set('after', '2');
  await expect(transaction.exec()).rejects.toThrow(/^EXECABORT/);

  expect(await redis.client.exists('before', 'key', 'after')).toBe(0);
  await staysWell(redis);
});

/**
 * Waits for longer than a deadline, and expects that no error was thrown late and that replies still match their calls.
 */
async function staysWell(redis: ProtectedRedis): Promise<void> {
  await pass(timeoutMs + 100);
  await redis.client.set('mine', 'value');
  expect(await redis.client.get('mine')).toBe('value');
  expect(redis.resilience.detail().inFlight).toBe(0);
}
