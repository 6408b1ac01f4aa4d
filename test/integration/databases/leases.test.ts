import { waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { DatabaseStage } from './database-stage.ts';

const secondNumber = 3;

describe('leased connections of several databases', () => {
  it.concurrent('follow the change: those that stand unused serve the next lease there', async () => {
    await using stage = await startStage();
    const { resilience, first, second } = stage;
    await Promise.all([1, 2, 3].map(() => resilience.lease((client) => client.set('where', 'first'))));
    await first.kill();
    await stage.untilOn('second');
    const answers = await Promise.all([1, 2, 3].map(() => resilience.lease((client) => client.get('where'))));
    await resilience.lease((client) => client.set('where', 'second'));

    expect(answers).toEqual([null, null, null]);
    expect(await numbered(second, 'GET', 'where')).toBe('second');
  });

  it.concurrent(
    'begin with the number of the database in use, whatever the lease before selected',
    async () => {
      await using stage = await startStage();
      const { resilience, second } = stage;
      await resilience.lease((client) => client.ping());
      await resilience.failover('second');
      await resilience.lease((client) => client.select(7));
      await resilience.lease((client) => client.set('where', 'second'));

      expect(await numbered(second, 'GET', 'where')).toBe('second');
    },
  );

  it.concurrent('lose their WATCH with the change, and nothing of the transaction runs', async () => {
    await using stage = await startStage();
    const { resilience, second } = stage;
    const error = await errorOf(
      resilience.lease(async (client) => {
        await client.watch('stock');
        await resilience.failover('second');
        return await client.multi().set('stock', 'mine').exec();
      }),
    );

    expect(error).toMatchObject({ code: 'WATCH_LOST', outcome: 'not-applied' });
    expect(await numbered(second, 'GET', 'stock')).toBeNull();
  });

  it.concurrent(
    'carry a transaction over: it begins again with the values of the other database',
    async () => {
      await using stage = await startStage();
      const { resilience, first, second } = stage;
      await first.command('SET', 'stock', '1');
      await numbered(second, 'SET', 'stock', '10');
      let attempts = 0;
      const result = await resilience.transaction(
        ['stock'],
        async (tx) => {
          const stock = Number(await tx.get('stock'));
          if (attempts++ === 0) await resilience.failover('second');
          await tx.commit((multi) => [multi.set('stock', stock + 1)]);
          return stock + 1;
        },
        { timeoutMs: 5_000 },
      );

      expect(result).toBe(11);
      expect(await first.command('GET', 'stock')).toBe('1');
      expect(await numbered(second, 'GET', 'stock')).toBe('11');
    },
  );

  it.concurrent('take a blocking call along', async () => {
    await using stage = await startStage();
    const { resilience, first, second } = stage;
    const job = resilience.lease((client) => client.blpop('jobs', 0));
    await waitFor(async () => String(await first.command('CLIENT', 'LIST')).includes('cmd=blpop'));
    await resilience.failover('second');
    await pass(50);
    await numbered(second, 'RPUSH', 'jobs', 'one');

    expect(await job).toEqual(['jobs', 'one']);
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

/** Runs a command in the numbered database that the second server is used with. */
function numbered(server: RedisServer, ...command: readonly string[]): Promise<unknown> {
  const script = "redis.call('SELECT', ARGV[1]) return redis.call(unpack(ARGV, 2))";
  return server.command('EVAL', script, '0', String(secondNumber), ...command);
}
