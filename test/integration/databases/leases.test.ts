import { waitFor, type RedisServer } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { DatabaseStage } from './database-stage.ts';

const secondNumber = 3;

describe('leased connections of several databases', () => {
  it.concurrent('follow the change, and begin with the number of the database in use', async () => {
    await using stage = await startStage();
    const { resilience, first, second } = stage;
    await Promise.all([1, 2, 3].map(() => resilience.lease((client) => client.set('where', 'first'))));
    await first.kill();
    await stage.untilOn('second');
    // The pool may still be reconnecting to the second database, so the leases are repeated until they succeed.
    const onThree = async (work: (client: Redis) => Promise<unknown>): Promise<boolean> => {
      await Promise.all([1, 2, 3].map(() => resilience.lease(work)));
      return true;
    };
    await waitFor(() => onThree((client) => client.select(7)));
    await waitFor(() => onThree((client) => client.set('where', 'second')));

    expect(await numbered(second, 'GET', 'where')).toBe('second');
  });

  it.concurrent('are given in the moment of the change, also after a long outage', async () => {
    await using stage = await startStage();
    const { resilience, first, second } = stage;
    await second.kill();
    await stage.untilHealth('second', 'down');
    await first.kill();
    await waitFor(async () => (await errorOf(stage.client.ping())) !== undefined);
    await waitFor(async () => (await errorOf(resilience.lease((client) => client.ping()))) !== undefined);
    const asked = new Promise<string>((resolve, reject) => {
      resilience.on('change', ({ snapshot }) => {
        if (snapshot.database?.name === 'second')
          resilience.lease((client) => client.ping()).then(resolve, reject);
      });
    });
    await second.start();

    expect(await asked).toBe('PONG');
  });

  it.concurrent('lose their WATCH with the change, and nothing of the transaction runs', async () => {
    await using stage = await startStage();
    const { resilience, first, second } = stage;
    const error = await errorOf(
      resilience.lease(async (client) => {
        await client.watch('stock');
        await first.kill();
        await stage.untilOn('second');
        return await client.multi().set('stock', 'mine').exec();
      }),
    );

    // On a busy machine, the client may not have reconnected in time; in that case, no command may have run.
    expect(error).toMatchObject({ outcome: 'not-applied' });
    expect(await numbered(second, 'GET', 'stock')).toBeNull();
  });
});

function startStage(): Promise<DatabaseStage> {
  return DatabaseStage.start({
    targets: (first, second) => [
      { name: 'first', target: first.url, weight: 2 },
      { name: 'second', target: `${second.url}/${secondNumber}` },
    ],
    resilience: { failback: { afterMs: false } },
  });
}

/** Runs a command in the numbered database of the second server that the client uses. */
function numbered(server: RedisServer, ...command: readonly string[]): Promise<unknown> {
  const script = "redis.call('SELECT', ARGV[1]) return redis.call(unpack(ARGV, 2))";
  return server.command('EVAL', script, '0', String(secondNumber), ...command);
}
