import { describe, expect, it } from 'vitest';
import { settleBatch } from '../../../packages/core/src/command/batch-settlement.ts';
import { batchOf, replyError } from './call-of.ts';

type Answer = 'ok' | Error;

const pipeline = [
  ['set', 'a', '1'],
  ['incr', 'b'],
  ['get', 'c'],
] as const;
const transaction = [['multi'], ['set', 'a', '1'], ['incr', 'b'], ['exec']] as const;
const broken = new Error('Connection is closed.');
const readOnly = replyError("READONLY You can't write against a read only replica.");
const loading = replyError('LOADING Redis is loading the dataset in memory');
const wrongType = replyError('WRONGTYPE Operation against a key holding the wrong kind of value');
const forbidden = replyError("NOPERM User default has no permissions to run the 'incr' command");
const moved = replyError('MOVED 3999 127.0.0.1:6381');
const aborted = replyError('EXECABORT Transaction discarded because of previous errors.');
const oom = replyError("OOM command not allowed when used memory > 'maxmemory'.");

function settled(
  calls: typeof pipeline | typeof transaction,
  answers: readonly Answer[],
  wasSent = true,
): unknown {
  const { batch } = batchOf(...calls);
  for (const [index, answer] of answers.entries()) {
    const command = batch.commands[index]?.command;
    if (command === undefined) continue;
    batch.settle(command, answer === 'ok' ? { ok: true, value: 'OK' } : { ok: false, error: answer });
  }
  expect(batch.remaining).toBe(0);
  const { kind, ...rest } = settleBatch(batch, wasSent);
  return kind === 'answer'
    ? { kind }
    : { kind, outcome: (rest as { outcome: string }).outcome, cause: rest.cause };
}

describe('a pipeline', () => {
  it.each([
    ['all answered', ['ok', 'ok', 'ok'], true, { kind: 'answer' }],
    ['one with a mistake of the caller', ['ok', wrongType, 'ok'], true, { kind: 'answer' }],
    ['one that the user may not do', ['ok', forbidden, 'ok'], true, { kind: 'answer' }],
    ['one that is elsewhere', ['ok', moved, 'ok'], true, { kind: 'answer' }],
    [
      'broken before it was sent',
      [broken, broken, broken],
      false,
      { kind: 'again', outcome: 'not-applied', cause: undefined },
    ],
    [
      'broken after it was sent',
      [broken, broken, broken],
      true,
      { kind: 'again', outcome: 'unknown', cause: undefined },
    ],
    [
      'broken half way',
      ['ok', broken, broken],
      true,
      { kind: 'again', outcome: 'unknown', cause: undefined },
    ],
    [
      'all refused',
      [loading, loading, loading],
      true,
      { kind: 'again', outcome: 'not-applied', cause: 'loading' },
    ],
    [
      'its writes refused, its reads answered',
      [readOnly, readOnly, 'ok'],
      true,
      { kind: 'again', outcome: 'unknown', cause: 'read-only' },
    ],
    [
      'refused in the middle',
      ['ok', readOnly, 'ok'],
      true,
      { kind: 'again', outcome: 'unknown', cause: 'read-only' },
    ],
  ] as const)('is judged as a whole: %s', (_name, answers, wasSent, verdict) => {
    expect(settled(pipeline, answers as readonly Answer[], wasSent)).toEqual(verdict);
  });
});

it('a batch to be tried again says whether the server refused it', () => {
  const { batch } = batchOf(['get', 'a']);
  const [batched] = batch.commands;
  if (batched !== undefined) batch.settle(batched.command, { ok: false, error: loading });
  expect(settleBatch(batch, true)).toMatchObject({ kind: 'again', isReply: true, error: loading });

  const cut = batchOf(['get', 'a']).batch;
  const [other] = cut.commands;
  if (other !== undefined) cut.settle(other.command, { ok: false, error: broken });
  expect(settleBatch(cut, true)).toMatchObject({ kind: 'again', isReply: false, error: broken });
});

describe('a MULTI', () => {
  it.each([
    ['all answered', ['ok', 'ok', 'ok', 'ok'], { kind: 'answer' }],
    [
      'a command refused, EXEC aborted',
      ['ok', readOnly, readOnly, aborted],
      { kind: 'again', outcome: 'not-applied', cause: 'read-only' },
    ],
    [
      'out of memory',
      ['ok', oom, oom, aborted],
      { kind: 'again', outcome: 'not-applied', cause: 'out-of-memory' },
    ],
    ['a mistake of the caller, EXEC aborted', ['ok', wrongType, 'ok', aborted], { kind: 'answer' }],
    [
      'EXEC without an answer',
      ['ok', 'ok', 'ok', broken],
      { kind: 'again', outcome: 'unknown', cause: undefined },
    ],
    [
      'refused from the start',
      [loading, loading, loading, loading],
      { kind: 'again', outcome: 'not-applied', cause: 'loading' },
    ],
  ] as const)('is judged as a whole: %s', (_name, answers, verdict) => {
    expect(settled(transaction, answers as readonly Answer[])).toEqual(verdict);
  });
});
