import { CommandTimeoutError } from '@redis-resilience/core';
import { pause, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

const late = () => tooLate('The store', 200);
const never = new Promise<never>(() => undefined);

describe('a deadline', () => {
  it('gives the value of a promise that settles in time, and leaves no timer', async () => {
    const clock = new ManualClock();
    await expect(withinDeadline(clock, 200, Promise.resolve('value'), late)).resolves.toBe('value');
    const failure = new Error('refused');
    await expect(withinDeadline(clock, 200, Promise.reject(failure), late)).rejects.toBe(failure);
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects with the error of the caller when time is up', async () => {
    const clock = new ManualClock();
    const answer = withinDeadline(clock, 200, never, late);
    clock.travel(199);
    await expect(Promise.race([answer, Promise.resolve('waiting')])).resolves.toBe('waiting');
    clock.travel(1);
    await expect(answer).rejects.toBeInstanceOf(CommandTimeoutError);
    await expect(answer).rejects.toMatchObject({
      outcome: 'unknown',
      message: 'The store did not finish within 200 ms. It may still take effect.',
    });
  });

  it('ignores an answer or an error that comes later', async () => {
    const clock = new ManualClock();
    let fail: (error: Error) => void = () => undefined;
    const slow = new Promise<string>((_resolve, reject) => (fail = reject));
    const answer = withinDeadline(clock, 200, slow, late);
    clock.travel(200);
    await expect(answer).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' });
    fail(new Error('too late to be of use')); // an unhandled rejection would fail the run
    await Promise.resolve();
  });

  it('rejects with the reason of its signal, aborted before or meanwhile', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const answer = withinDeadline(clock, 200, never, late, abort.signal);
    const reason = new Error('the request was closed');
    abort.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await expect(withinDeadline(clock, 200, never, late, abort.signal)).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });
});

it('a pause lasts as long as it says', async () => {
  const clock = new ManualClock();
  const paused = pause(clock, 10).then(() => 'over');
  clock.travel(9);
  await expect(Promise.race([paused, Promise.resolve('lasts')])).resolves.toBe('lasts');
  clock.travel(1);
  await expect(paused).resolves.toBe('over');
});

it('a pause ends with the reason of its signal, aborted before or meanwhile, and leaves no timer', async () => {
  const clock = new ManualClock();
  const abort = new AbortController();
  const paused = pause(clock, 10, abort.signal);
  const reason = new Error('the connection is gone');
  abort.abort(reason);
  await expect(paused).rejects.toBe(reason);
  await expect(pause(clock, 10, abort.signal)).rejects.toBe(reason);
  expect(clock.pendingTimers).toBe(0);
});
