import { createRandom, ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { acquireDialer } from '../../../packages/core/src/dialing/dialers.ts';

function acquire(key: string, clock: ManualClock) {
  const options = { minPeriodMs: 100, maxPeriodMs: 5_000, handshakeTimeoutMs: 5_000 };
  return acquireDialer(key, { clock, random: createRandom(1), ...options });
}

describe('acquireDialer', () => {
  it('shares one dialer per endpoint', () => {
    const clock = new ManualClock();
    const first = acquire('localhost:6379', clock);
    expect(acquire('localhost:6379', clock).dialer).toBe(first.dialer);
    expect(acquire('localhost:6380', clock).dialer).not.toBe(first.dialer);
  });

  it('shares nothing between clocks', () => {
    const first = acquire('localhost:6379', new ManualClock());
    expect(acquire('localhost:6379', new ManualClock()).dialer).not.toBe(first.dialer);
  });

  it('forgets a dialer with its last lease, and counts each lease once', () => {
    const clock = new ManualClock();
    const first = acquire('localhost:6379', clock);
    const second = acquire('localhost:6379', clock);
    first.release();
    first.release();
    expect(acquire('localhost:6379', clock).dialer).toBe(second.dialer);
    second.release();
    expect(acquire('localhost:6379', clock).dialer).toBe(second.dialer);
  });
});
