import { expect, it } from 'vitest';
import { ManualClock } from '@redis-resilience/testing';
import { SecondQuestion } from '../../../packages/core/src/stall/second-question.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

function asked(): {
  readonly clock: ManualClock;
  readonly question: SecondQuestion;
  readonly toldAt: number[];
} {
  const clock = new ManualClock({ nowMs: 0 });
  const toldAt: number[] = [];
  const { target } = new WiredDriver();
  const tell = (): void => void toldAt.push(clock.now());
  const question = new SecondQuestion({ target, identity: undefined, answerMs: 300, tell }, clock);
  return { clock, question, toldAt };
}

it.each([
  { title: 'quickly, counts from its beginning', tookMs: 20, unansweredAt: 300 },
  { title: 'slowly, may take three times as long for its handshake', tookMs: 200, unansweredAt: 800 },
])('a question whose connection was made $title', ({ tookMs, unansweredAt }) => {
  const { clock, question, toldAt } = asked();
  clock.travel(tookMs);
  question.connected(tookMs);
  clock.travel(2_000);
  expect(toldAt).toEqual([unansweredAt]);
});

it('a question that is over sets no timer when its connection is made', () => {
  const { clock, question, toldAt } = asked();
  question.close();
  question.connected(200);
  clock.travel(2_000);
  expect([toldAt, clock.pendingTimers]).toEqual([[], 0]);
});

it('a question that was told that there is no answer waits for one without a timer', () => {
  const { clock, question, toldAt } = asked();
  clock.travel(300);
  question.connected(300);
  clock.travel(5_000);
  expect([toldAt, clock.pendingTimers]).toEqual([[300], 0]);
});
