import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, test } from 'vitest';
import { dialInTime } from '../../../packages/core/src/cluster/dial-in-time.ts';

const handshakeTimeoutMs = 2_000;

interface Dial {
  readonly clock: ManualClock;
  readonly dialing: AbortController;
  readonly connect: () => void;
  readonly prove: () => void;
  readonly refuse: () => void;
  readonly done: Promise<string>;
}

/** Dials a node that says nothing, unless it is told otherwise. */
function dial(): Dial {
  const clock = new ManualClock();
  const dialing = new AbortController();
  let connect: () => void = () => undefined;
  let prove: () => void = () => undefined;
  let refuse: () => void = () => undefined;
  const done = dialInTime(clock, dialing, handshakeTimeoutMs, (connected) => {
    connect = connected;
    return new Promise<string>((resolve, reject) => {
      prove = () => resolve('proved');
      refuse = () => reject(new Error('refused'));
      dialing.signal.addEventListener('abort', () => reject(dialing.signal.reason as Error));
    });
  });
  return { clock, dialing, connect, prove, refuse, done };
}

describe('a node of a cluster that is dialed', () => {
  test('is given up before the kernel repeats an unanswered SYN', async () => {
    const { clock, dialing, done } = dial();
    clock.travel(949);
    expect(dialing.signal.aborted).toBe(false);
    clock.travel(1);
    await expect(done).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('has the time of a handshake once it is connected', async () => {
    const { clock, dialing, connect, done } = dial();
    clock.travel(500);
    connect();
    clock.travel(1_499);
    expect(dialing.signal.aborted).toBe(false);
    clock.travel(1);
    await expect(done).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaves no timer when it refuses', async () => {
    const { clock, refuse, done } = dial();
    refuse();
    await expect(done).rejects.toThrow('refused');
    expect(clock.pendingTimers).toBe(0);
  });

  test('leaves no timer when it proves itself in time', async () => {
    const { clock, dialing, connect, prove, done } = dial();
    connect();
    prove();
    await expect(done).resolves.toBe('proved');
    expect(clock.pendingTimers).toBe(0);
    clock.travel(10_000);
    expect(dialing.signal.aborted).toBe(false);
  });
});
