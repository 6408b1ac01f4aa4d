import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { tlsMismatchOf } from '../../../packages/core/src/handshake/tls-mismatch.ts';
import type { OpenSocket } from '../../../packages/core/src/handshake/open-socket.ts';

const endpoint = { host: 'redis', port: 6379 };

/**
 * Creates the TLS probe of one resilience, whose attempts in the opposite mode (TLS or plain) all fail after
 * `answerMs`.
 */
function stage(answerMs = 0) {
  const clock = new ManualClock();
  const triedAt: number[] = [];
  const begunAt = clock.now();
  const open: OpenSocket = () => {
    triedAt.push(clock.now() - begunAt);
    return new Promise((_resolve, reject) => {
      clock.setTimeout(() => reject(new Error('refused')), answerMs);
    });
  };
  const explain = (): Promise<string> => tlsMismatchOf(open, clock).explain('connection-reset', endpoint);
  return { clock, triedAt, explain, connected: () => tlsMismatchOf(open, clock).connected() };
}

describe('the probe for a TLS mismatch', () => {
  it('is made once for all clients that fail in the same way', async () => {
    const { clock, triedAt, explain } = stage();
    const causes = Promise.all([explain(), explain(), explain()]);
    await clock.travelAsync(10);
    expect(await causes).toEqual(['connection-reset', 'connection-reset', 'connection-reset']);
    expect(triedAt).toHaveLength(1);
  });

  it('is not made in the first seconds after a connection, and delays no failure then', async () => {
    const { clock, triedAt, explain, connected } = stage(400);
    connected();
    for (let failure = 0; failure < 70; failure++) {
      expect(await explain()).toBe('connection-reset');
      await clock.travelAsync(100);
    }
    expect(triedAt).toEqual([3_000]);
  });

  it('is made again after a while, as the peer may have changed', async () => {
    const { clock, triedAt, explain } = stage();
    for (let failure = 0; failure < 45; failure++) {
      void explain();
      await clock.travelAsync(1_000);
    }
    expect(triedAt).toEqual([0, 20_000, 40_000]);
  });
});
