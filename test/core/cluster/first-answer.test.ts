import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { firstAnswer, type Ask } from '../../../packages/core/src/cluster/slots/first-answer.ts';

/** Replies with `answer` after `ms` milliseconds, or fails if `answer` is an error. */
function after(clock: ManualClock, ms: number, answer: string | Error, asked: string[]): Ask<string> {
  return (signal) => {
    asked.push(String(answer));
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => asked.push(`${String(answer)} aborted`), { once: true });
      clock.setTimeout(() => (answer instanceof Error ? reject(answer) : resolve(answer)), ms);
    });
  };
}

const never = (): AbortSignal => new AbortController().signal;

it('a question that is answered is not asked again', async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const answer = firstAnswer(
    [after(clock, 10, 'a', asked), after(clock, 10, 'b', asked)],
    clock,
    50,
    never(),
  );
  await clock.travelAsync(10);
  expect(await answer).toBe('a');
  await clock.travelAsync(1_000);
  expect([asked, clock.pendingTimers]).toEqual([['a', 'a aborted'], 0]);
});

it('the next one is asked when one fails, and beside one that does not answer', async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const asks = [
    after(clock, 10, new Error('x'), asked),
    after(clock, 10_000, 'slow', asked),
    after(clock, 10, 'c', asked),
  ];
  const answer = firstAnswer(asks, clock, 50, never());
  await clock.travelAsync(10);
  expect(asked.filter((each) => !each.includes('aborted'))).toEqual(['Error: x', 'slow']);
  await clock.travelAsync(60);
  expect(await answer).toBe('c');
  expect(asked).toContain('slow aborted');
});

it('the first failure is told when all fail, also where nobody can be asked', async () => {
  const clock = new ManualClock();
  const asks = [after(clock, 80, new Error('first'), []), after(clock, 5, new Error('second'), [])];
  const answer = firstAnswer(asks, clock, 50, never());
  answer.catch(() => undefined);
  await clock.travelAsync(100);
  await expect(answer).rejects.toThrow('second');
  await expect(firstAnswer([], clock, 50, never())).rejects.toThrow('No node could be asked');
  expect(clock.pendingTimers).toBe(0);
});

it('an aborted signal ends all questions with its reason', async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const controller = new AbortController();
  const answer = firstAnswer([after(clock, 10_000, 'a', asked)], clock, 50, controller.signal);
  answer.catch(() => undefined);
  controller.abort(new Error('stopped'));
  await expect(answer).rejects.toThrow('stopped');
  expect(asked).toEqual(['a', 'a aborted']);
  await expect(firstAnswer([after(clock, 1, 'a', asked)], clock, 50, controller.signal)).rejects.toThrow(
    'stopped',
  );
});
