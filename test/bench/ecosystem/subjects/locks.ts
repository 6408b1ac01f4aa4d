// @ts-expect-error redlock 4 has no types of its own
import UntypedRedlock from 'redlock';
import { createLocks } from '@redis-resilience/fallback/locks';
import type { Subject } from '../subject.js';

interface Redlock {
  on(event: 'clientError', listener: () => void): unknown;
  lock(name: string, ttlMs: number): Promise<{ unlock(): Promise<void> }>;
}

const Redlock = UntypedRedlock as new (clients: unknown[], options: object) => Redlock;

/** Acquires a lock and releases it. */
export const redlock: Subject = (stage) => {
  if (stage.way === 'helper') {
    const locks = createLocks(stage.resilience, { ttlMs: 5000 });
    return {
      call: async (i) => ((await locks.run('lock', async () => i)) === undefined ? 'fallback' : 'done'),
      close: () => Promise.resolve(),
    };
  }
  const lock = new Redlock([stage.client], { retryCount: 0 });
  lock.on('clientError', () => undefined);
  return {
    call: async () => {
      const held = await lock.lock('lock', 5000);
      await held.unlock();
      return 'done';
    },
    close: () => Promise.resolve(),
  };
};
