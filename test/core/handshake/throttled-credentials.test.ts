import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { throttledCredentials } from '../../../packages/core/src/handshake/throttled-credentials.ts';

const sealed = new Error('The vault is sealed.');

/** A credentials provider whose answers the test determines, behind the wrapper that limits how often it is asked. */
function setUp(random = () => 1, signal?: AbortSignal) {
  const clock = new ManualClock();
  const vault = { calls: 0, answer: (): Promise<{ password: string }> => Promise.reject(sealed) };
  const provider = (): Promise<{ password: string }> => {
    vault.calls++;
    return vault.answer();
  };
  const ask = throttledCredentials(provider, 5_000, clock, random, signal);
  const outcome = (): Promise<unknown> =>
    ask().then(
      ({ password }) => password,
      (error: Error) => error.cause ?? error,
    );
  return { clock, vault, ask, outcome };
}

describe('a credentials provider', () => {
  it('is asked at each attempt while it answers', async () => {
    const { vault, outcome } = setUp();
    let version = 0;
    vault.answer = () => Promise.resolve({ password: `version ${++version}` });
    expect([await outcome(), await outcome()]).toEqual(['version 1', 'version 2']);
  });

  it('is asked once by all who ask at the same time', async () => {
    const { vault, ask } = setUp();
    vault.answer = () => Promise.resolve({ password: 'secret' });
    const [one, other] = await Promise.all([ask(), ask()]);
    expect([one, other, vault.calls]).toEqual([{ password: 'secret' }, { password: 'secret' }, 1]);
  });

  it('is left alone after a failure, ever longer, up to a second', async () => {
    const { clock, vault, outcome } = setUp();
    for (const pauseMs of [100, 200, 400, 800, 1_000, 1_000]) {
      const before = vault.calls;
      expect(await outcome()).toBe(sealed);
      clock.travel(pauseMs - 1);
      expect(await outcome()).toBe(sealed);
      expect(vault.calls).toBe(before + 1);
      clock.travel(1);
    }
    expect(await outcome()).toBe(sealed);
    expect(vault.calls).toBe(7);
  });

  it('is left alone for half of that at least', async () => {
    const { clock, vault, outcome } = setUp(() => 0);
    await outcome();
    clock.travel(49);
    await outcome();
    expect(vault.calls).toBe(1);
    clock.travel(1);
    await outcome();
    expect(vault.calls).toBe(2);
  });

  it('is left alone for short pauses again once it answered', async () => {
    const { clock, vault, outcome } = setUp();
    await outcome();
    clock.travel(100);
    await outcome();
    clock.travel(200);
    vault.answer = () => Promise.resolve({ password: 'secret' });
    expect(await outcome()).toBe('secret');
    vault.answer = () => Promise.reject(sealed);
    await outcome();
    clock.travel(100);
    const before = vault.calls;
    await outcome();
    expect(vault.calls).toBe(before + 1);
  });

  it('is not awaited any more once the connection is closed', async () => {
    const closed = new AbortController();
    const { clock, vault, outcome } = setUp(undefined, closed.signal);
    vault.answer = () => new Promise(() => undefined);
    const hung = outcome();
    await clock.travelAsync(10);
    closed.abort(sealed);
    expect(clock.pendingTimers).toBe(0);
    expect(await hung).toBe(sealed);
  });

  it('fails at its deadline when it hangs, and is asked again after the pause', async () => {
    const { clock, vault, outcome } = setUp();
    vault.answer = () => new Promise(() => undefined);
    const hung = outcome();
    await clock.travelAsync(5_000);
    expect(await hung).toMatchObject({ message: 'no answer within 5000 ms' });
    await clock.travelAsync(100);
    vault.answer = () => Promise.resolve({ password: 'secret' });
    expect(await outcome()).toBe('secret');
  });
});
