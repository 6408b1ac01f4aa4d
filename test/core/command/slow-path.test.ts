import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { argumentBytes, SlowPathState } from '../../../packages/core/src/command/slow-path.ts';

it('arguments are counted by their length, numbers by eight bytes', () => {
  expect(argumentBytes([])).toBe(0);
  expect(argumentBytes(['four', Buffer.from('12'), new Uint8Array(3)])).toBe(9);
  expect(argumentBytes([1, null])).toBe(16);
});

it('a call on the slow path has its deadline from when it was issued', () => {
  const state = new SlowPathState({ issuedAt: 10, allowedMs: 100 });
  expect(state).toMatchObject({
    issuedAt: 10,
    deadlineAt: 110,
    bytes: 0,
    outcome: 'not-applied',
    isGuarded: false,
    released: false,
  });
});

it('a call that keeps its context is sent as if from where it was issued', () => {
  const storage = new AsyncLocalStorage<string>();
  const state = new SlowPathState({ issuedAt: 0, allowedMs: 1 });
  storage.run('where it was issued', () => state.keepContext());
  const send = (of: string): string => `${of}: ${storage.getStore()}`;
  expect(storage.run('elsewhere', () => state.inContext?.(send, 'a call'))).toBe(
    'a call: where it was issued',
  );
});

it('a blocking call has its deadline from when it is sent, within the request that it is part of', () => {
  const state = new SlowPathState({ issuedAt: 0, allowedMs: 600, blockingMs: 500 });
  state.sentAt(90);
  expect(state.deadlineAt).toBe(690);
  state.endWith(650);
  state.sentAt(200);
  expect(state.deadlineAt).toBe(650);
  state.extendDeadlines(1_000);
  expect(state.deadlineAt).toBe(1_650);
  state.sentAt(2_000);
  expect(state.deadlineAt).toBe(1_650);
});

it('a blocking call that is sent after the process stood still has the rest of its request to be answered', () => {
  const state = new SlowPathState({ issuedAt: 0, allowedMs: 600, blockingMs: 500 });
  state.endWith(900);
  state.extendDeadlines(1_000);
  expect(state.deadlineAt).toBe(1_600);
  state.sentAt(1_700);
  expect(state.deadlineAt).toBe(1_900);
});

it('the blocking times of a batch are added up, and counted from when it is sent', () => {
  const state = new SlowPathState({ issuedAt: 0, allowedMs: 100 });
  state.allowBlocking(200);
  state.allowBlocking(300);
  expect(state).toMatchObject({ blockingMs: 500, deadlineAt: 600 });
  state.sentAt(50);
  expect(state.deadlineAt).toBe(650);
});

it('a call that does not block keeps its deadline when it is sent', () => {
  const state = new SlowPathState({ issuedAt: 0, allowedMs: 100 });
  state.sentAt(50);
  expect(state.deadlineAt).toBe(100);
});

it.each([
  ['a second late is overdue', 1_000, 100],
  ['later than that was held up by a process that was frozen, and is forgiven it', 1_000.5, 1_100.5],
])('a call that is %s', (_what, lateMs, deadlineAt) => {
  const state = new SlowPathState({ issuedAt: 0, allowedMs: 100 });
  state.dueAt = 50;
  state.makeUpForFreeze(50 + lateMs, lateMs);
  expect(state.deadlineAt).toBe(deadlineAt);
});
