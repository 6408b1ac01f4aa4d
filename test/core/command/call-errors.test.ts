import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import {
  atCaller,
  callError,
  type ErrorContext,
  type OwnFailure,
} from '../../../packages/core/src/command/call-errors.ts';
import { replyError, withUsualStacks } from './call-of.ts';

const context: ErrorContext = {
  name: 'sessions',
  lane: 'write',
  retryAfterMs: 40,
  forensics: {
    command: 'incr',
    attempt: 2,
    connectionState: 'stalled',
    waiting: 1,
    inFlight: 3,
    lastReadAgeMs: 10,
    lastWriteAgeMs: undefined,
    eventLoopLagMs: 0,
  },
};

const plain: OwnFailure = {
  kind: 'unavailable',
  reason: 'stalled',
  outcome: 'not-applied',
  error: undefined,
};
const silent = 'The connection is open, but the server does not answer.';

it.each([
  [
    plain,
    'REDIS_UNAVAILABLE',
    `Redis is unavailable, so incr failed: ${silent} It did not run: use a fallback, or try again later.`,
  ],
  [
    { ...plain, outcome: 'unknown' },
    'REDIS_UNAVAILABLE',
    `Redis is unavailable, so incr failed: ${silent} It may have run: check before you retry it.`,
  ],
  [
    { ...plain, kind: 'outcome-unknown', outcome: 'unknown' },
    'OUTCOME_UNKNOWN',
    'The connection broke after incr was sent and before its answer: it may have run. Check before you retry it, or use applyOnce.',
  ],
  [
    { ...plain, kind: 'timeout' },
    'COMMAND_TIMEOUT',
    'incr was not answered within its deadline. It did not run: use a fallback, or try again later.',
  ],
  [
    { ...plain, kind: 'timeout', outcome: 'unknown' },
    'COMMAND_TIMEOUT',
    'incr was not answered within its deadline. It may have run: check before you retry it.',
  ],
  [
    { ...plain, kind: 'circuit-open' },
    'CIRCUIT_OPEN',
    `The circuit for writes rejected incr: ${silent} It did not run: use a fallback, or try again later.`,
  ],
  [
    { ...plain, kind: 'overloaded' },
    'OVERLOADED',
    'Too many commands are waiting or in flight; incr was not sent. Send fewer at a time, or raise the admission limits.',
  ],
] as const)(
  'the error of $kind with outcome $outcome has its code, and a message for people',
  (failure, code, message) => {
    const error = callError(failure, context);
    expect(error.message).toBe(message);
    expect(error).toMatchObject({
      code,
      reason: failure.reason,
      outcome: failure.outcome,
      connection: 'sessions',
      retryAfterMs: 40,
      forensics: context.forensics,
    });
  },
);

it('the error of a closed client names no time for another try', () => {
  expect(callError({ ...plain, reason: 'closed' }, context)).toMatchObject({ retryAfterMs: undefined });
});

it('an error of ours has the error beneath as its cause', () => {
  const error = new Error('Connection is closed.');
  expect(callError({ ...plain, error }, context).cause).toBe(error);
});

it('a reply stays what the server said, marked as refused', () => {
  const error = replyError('WRONGTYPE Operation against a key');
  expect(callError({ kind: 'refused', error }, context)).toBe(error);
  expect(error).toMatchObject({ outcome: 'refused' });
});

it('a reply is printed without the command that the driver gave it, which code still finds there', () => {
  const command = { name: 'lpush', args: ['secret-key', 'secret-value'] };
  const error = Object.assign(replyError('WRONGTYPE Operation against a key'), { command });
  callError({ kind: 'refused', error }, context);
  expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain('secret');
  expect(error.command).toBe(command);
});

it("a caller's own mistake stays what the driver said", () => {
  const error = new Error('Connection in subscriber mode');
  expect(callError({ kind: 'as-is', error }, context)).toBe(error);
  expect(error).not.toHaveProperty('outcome');
});

it.each<OwnFailure>([
  { ...plain, reason: 'closed' },
  { ...plain, kind: 'outcome-unknown', reason: 'closed', outcome: 'unknown' },
])('a client that its user closed says so in the words of ioredis, which libraries compare', (failure) => {
  expect(callError(failure, context).message).toBe('Connection is closed.');
});

it('the stack of an error that is created deep in this library begins where the library was called', () => {
  const usual = withUsualStacks();
  const deep = (steps: number): Error => (steps > 0 ? deep(steps - 1) : new Error('refused'));
  const entrance = (): Error => atCaller(() => deep(20), entrance);
  const application = (): Error => entrance();
  expect(application().stack?.split('\n')[1]).toContain('application');
  expect(Error.stackTraceLimit).toBe(usual);
});

it('no stack is captured that the stack of the caller would replace', () => {
  withUsualStacks();
  let captured: string | undefined;
  const entrance = (): Error =>
    atCaller(() => {
      const error = new Error('refused');
      captured = error.stack;
      return error;
    }, entrance);
  entrance();
  expect(captured).toBe('Error: refused');
});

it('other errors have their stacks, also after an error could not be created', () => {
  const usual = withUsualStacks();
  const fail = (): never => {
    throw new TypeError('broken');
  };
  expect(() => atCaller(fail, fail)).toThrow('broken');
  expect(Error.stackTraceLimit).toBe(usual);
});
