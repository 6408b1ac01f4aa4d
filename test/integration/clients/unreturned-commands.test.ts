import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

async function warningsDuring(run: () => Promise<void>): Promise<readonly string[]> {
  const messages: string[] = [];
  const note = ({ message }: Error): void => void messages.push(message);
  process.on('warning', note);
  try {
    await run();
    await new Promise((resolve) => setImmediate(resolve));
    return messages;
  } finally {
    process.off('warning', note);
  }
}

it('an operation whose commands are neither returned nor awaited is reported once', async () => {
  await using redis = await startProtectedRedis();
  const { resilience, client } = redis;
  await client.ping();

  const innocent = await warningsDuring(async () => {
    await Promise.all([
      client.get('views'),
      resilience.execute(async () => undefined),
      resilience.execute(async (each) => void (await each.set('views', 1))),
      resilience.execute((each) => each.get('views')),
      client.get('views'),
    ]);
  });
  const reported = await warningsDuring(async () => {
    const forgetful = ((each: typeof client) => void each.get('views')) as unknown as () => Promise<null>;
    await resilience.execute(forgetful, { fallback: () => null });
    await resilience.execute(async (each) => void each.get('views'));
  });

  expect(innocent).toEqual([]);
  expect(reported).toEqual([
    expect.stringContaining("Return their promise: execute((redis) => redis.get('views'))"),
  ]);
});
