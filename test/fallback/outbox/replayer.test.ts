import { ManualClock } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { resolveOutboxOptions } from '../../../packages/fallback/src/outbox/outbox-options.ts';
import { Replayer, type ReplayerParts } from '../../../packages/fallback/src/outbox/replayer.ts';
import { KeptWrites } from '../../../packages/fallback/src/outbox/kept/kept-writes.ts';

/**
 * A replayer with 20 writes to different keys, and a Redis whose status says that writes work, although it rejects
 * them.
 */
function refusingRedis(snapshot: { writes: boolean } = { writes: true }) {
  const clock = new ManualClock();
  const redis = { accepts: false, sent: [] as string[] };
  const writes = new KeptWrites();
  for (let seq = 0; seq < 20; seq++) {
    const [id, args] = [`id:${seq}`, ['key', String(seq)]];
    const entry = {
      seq,
      id,
      hasOwnId: false,
      command: 'set',
      args,
      key: `key:${seq}`,
      createdAt: 0,
      bytes: 9,
    };
    writes.addSealed({ ...entry, database: undefined }, 'sealed');
  }
  const parts = {
    settings: resolveOutboxOptions('createOutbox', { rampMs: 0 }, { clock, random: () => 0.5 }),
    delivery: {
      deliver: ({ key }: { key: string }) => {
        redis.sent.push(key);
        return redis.accepts ? Promise.resolve('OK') : Promise.reject(new Error('OOM'));
      },
      judge: () => 'later',
    },
    store: { writes, expire: () => undefined, remove: (kept: never) => Promise.resolve(writes.remove(kept)) },
    announcer: { announce: () => undefined, facts: () => ({}) },
    binding: { admits: () => true, wantedFor: () => undefined },
  };
  const resilience = { on: () => () => undefined, snapshot: () => ({ ...snapshot, connection: 'ready' }) };
  const replayer = new Replayer(resilience as never, parts as unknown as ReplayerParts);
  onTestFinished(() => replayer.stop());
  replayer.start();
  return { clock, redis, writes, replayer };
}

it('a Redis that seems writable but refuses gets one write every half second', async () => {
  const { clock, redis, writes } = refusingRedis();
  await clock.travelAsync(500);
  redis.sent.length = 0;
  for (let times = 1; times <= 5; times++) {
    await clock.travelAsync(500);
    expect(redis.sent).toHaveLength(times);
  }
  expect(new Set(redis.sent).size).toBe(5);
  redis.accepts = true;
  await clock.travelAsync(500);
  await clock.travelAsync(500);
  expect(writes.size).toBe(0);
});

it.each([true, false])(
  'new writes do not postpone the trial of a Redis that refuses (writes: %s)',
  async (isWritable) => {
    const { clock, redis, replayer } = refusingRedis({ writes: isWritable });
    await clock.travelAsync(500);
    redis.sent.length = 0;
    for (let times = 0; times < 20; times++) {
      await clock.travelAsync(100);
      replayer.wake();
    }
    expect(redis.sent.length).toBeGreaterThanOrEqual(3);
    expect(redis.sent.length).toBeLessThanOrEqual(4);
  },
);
