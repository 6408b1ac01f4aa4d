import { describe, expect, it } from 'vitest';
import type { CallFailure, ErrorContext } from '../../../packages/core/src/command/call-errors.ts';
import type { Batch } from '../../../packages/core/src/command/batch/batch.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { batchOf, commandOf, connectionError, fateOf, replyError } from './call-of.ts';

type Answer = 'ok' | Error;

const pipeline = [
  ['set', 'a', '1'],
  ['incr', 'b'],
  ['get', 'c'],
] as const;
const transaction = [['multi'], ['set', 'a', '1'], ['incr', 'b'], ['exec']] as const;
const broken = connectionError();
const mistake = new Error('All keys in the pipeline should belong to the same slots');
const readOnly = replyError("READONLY You can't write against a read only replica.");
const loading = replyError('LOADING Redis is loading the dataset in memory');
const wrongType = replyError('WRONGTYPE Operation against a key holding the wrong kind of value');
const forbidden = replyError("NOPERM User default has no permissions to run the 'incr' command");
const moved = replyError('MOVED 3999 127.0.0.1:6381');
const asked = replyError('ASK 3999 127.0.0.1:6382');
const tryAgain = replyError('TRYAGAIN Multiple keys request during rehashing of slot');
const clusterDown = replyError('CLUSTERDOWN The cluster is down');
const aborted = replyError('EXECABORT Transaction discarded because of previous errors.');
const oom = replyError("OOM command not allowed when used memory > 'maxmemory'.");

function settled(
  calls: readonly (readonly [string, ...string[]])[],
  answers: readonly Answer[],
): { batch: Batch; commands: readonly DriverCommand[] } {
  const { batch } = batchOf(...calls);
  const commands = batch.sent();
  for (const [index, answer] of answers.entries()) {
    const command = commands[index];
    if (command === undefined) continue;
    batch.settle(command, answer === 'ok' ? { ok: true, value: 'OK' } : { ok: false, error: answer });
  }
  return { batch, commands };
}

const yes = { kind: 'answered', isLetGo: false };
const lost = { kind: 'lost', error: broken };
const refusedBy = (error: Error, cause: string, ranInPart: boolean): object => ({
  kind: 'refused',
  error,
  ranInPart,
  verdict: { cause, outcome: 'not-applied' },
});

describe('the result of a pipeline', () => {
  it.each([
    ['is an answer when all are answered', ['ok', 'ok', 'ok'], yes],
    ['is an answer with one mistake of the caller', ['ok', wrongType, 'ok'], yes],
    ['is an answer with one that the user may not do', ['ok', forbidden, 'ok'], yes],
    ['is an answer when all are elsewhere: the driver follows them', [moved, moved, moved], yes],
    [
      'is a refusal in part when others are read: the driver would read them elsewhere',
      [moved, moved, 'ok'],
      refusedBy(moved, 'cluster-down', true),
    ],
    [
      'is a refusal in part when one is elsewhere and others have written',
      ['ok', moved, 'ok'],
      refusedBy(moved, 'cluster-down', true),
    ],
    ['is a refusal when each is elsewhere', [moved, asked, moved], refusedBy(moved, 'cluster-down', false)],
    ['is an answer when the driver refused it for a mistake', [mistake, mistake, mistake], yes],
    ['is a loss when the connection broke', [broken, broken, broken], lost],
    ['is a loss when the connection broke half way', ['ok', wrongType, broken], lost],
    ['is a refusal of nothing else ran', [loading, loading, loading], refusedBy(loading, 'loading', false)],
    [
      'is a refusal in part where reads were answered',
      [readOnly, readOnly, 'ok'],
      refusedBy(readOnly, 'read-only', true),
    ],
    ['is a refusal in part in the middle', ['ok', readOnly, 'ok'], refusedBy(readOnly, 'read-only', true)],
    [
      'is the first refusal that counts',
      [wrongType, readOnly, loading],
      refusedBy(readOnly, 'read-only', false),
    ],
  ] as const)('%s', (_title, answers, happening) => {
    const { batch } = settled(pipeline, answers as readonly Answer[]);
    expect(batch.remaining).toBe(0);
    expect(batch.result().happening).toMatchObject(happening);
  });

  it('says of each error reply what it means, and of a script that it may have written', () => {
    const { batch } = settled(
      [
        ['eval', 'return 1', '0'],
        ['set', 'a', '1'],
        ['get', 'a'],
      ],
      [oom, oom, 'ok'],
    );
    const { verdicts } = batch.result();
    expect(verdicts.map(({ cause, outcome }) => [cause, outcome])).toEqual([
      ['out-of-memory', 'refused'],
      ['out-of-memory', 'not-applied'],
    ]);
  });
});

describe('the result of a MULTI', () => {
  it.each([
    ['is an answer when all are answered', ['ok', 'ok', 'ok', 'ok'], yes],
    [
      'is a refusal when EXEC was aborted by one',
      ['ok', readOnly, 'ok', aborted],
      refusedBy(readOnly, 'read-only', false),
    ],
    [
      'is a refusal when EXEC was aborted for want of memory',
      ['ok', oom, oom, aborted],
      refusedBy(oom, 'out-of-memory', false),
    ],
    ['is an answer when all of it is elsewhere: the driver follows it', ['ok', moved, moved, aborted], yes],
    [
      'is a refusal when parts of it are elsewhere',
      ['ok', moved, asked, aborted],
      refusedBy(moved, 'cluster-down', false),
    ],
    ['is an answer when EXEC was aborted by a mistake', ['ok', wrongType, 'ok', aborted], yes],
    ['is a loss when EXEC got no answer', ['ok', 'ok', 'ok', broken], lost],
    [
      'is a refusal when EXEC got no answer, but could only be aborted',
      ['ok', readOnly, 'ok', broken],
      refusedBy(readOnly, 'read-only', false),
    ],
    [
      'is a refusal when EXEC got no answer, and a command was elsewhere',
      ['ok', 'ok', moved, broken],
      refusedBy(moved, 'cluster-down', false),
    ],
    ['is a loss when MULTI got no answer either', [broken, readOnly, 'ok', broken], lost],
    [
      'is a refusal when nothing of it was taken',
      [loading, loading, loading, loading],
      refusedBy(loading, 'loading', false),
    ],
    [
      'is a refusal in part when EXEC was answered',
      ['ok', readOnly, 'ok', 'ok'],
      refusedBy(readOnly, 'read-only', true),
    ],
  ] as const)('%s', (_title, answers, happening) => {
    const { batch } = settled(transaction, answers as readonly Answer[]);
    expect(batch.result().happening).toMatchObject(happening);
  });
});

describe('the commands of a pipeline that are sent again alone', () => {
  it.each([
    ['are those that a node redirected, once', ['ok', moved, asked], [1, 2]],
    ['are those that a node redirected beside a mistake', [wrongType, 'ok', moved], [2]],
    ['are none when nothing is redirected', ['ok', tryAgain, 'ok'], []],
    ['are none when the driver follows the whole pipeline', [moved, moved, moved], []],
    ['are none when the connection broke', [moved, 'ok', broken], []],
  ] as const)('%s', (_title, answers, redirected) => {
    const { batch, commands } = settled(pipeline, answers);
    const taken = batch.takeRedirected();
    expect(taken).toEqual(redirected.map((index) => commands[index]));
    expect(batch.remaining).toBe(taken.length);
    for (const command of taken) batch.settle(command, { ok: false, error: moved });
    expect([batch.remaining, batch.takeRedirected()]).toEqual([0, []]);
  });

  it('are taken again in the next attempt', () => {
    const { batch, commands } = settled(pipeline, ['ok', moved, 'ok']);
    expect(batch.takeRedirected()).toHaveLength(1);
    batch.reset('unknown');
    for (const command of commands) batch.settle(command, { ok: false, error: asked });
    batch.reset('unknown');
    const [first, ...others] = commands as [DriverCommand, ...DriverCommand[]];
    batch.settle(first, { ok: false, error: moved });
    for (const command of others) batch.settle(command, { ok: true, value: 'OK' });
    expect(batch.takeRedirected()).toEqual([first]);
  });

  it('are none in a MULTI', () => {
    const { batch } = settled(transaction, ['ok', moved, asked, aborted]);
    expect(batch.takeRedirected()).toEqual([]);
  });

  it('are none in a MULTI that was sent with ASKING, which the driver does not follow either', () => {
    const { batch } = settled([['asking'], ...transaction], ['ok', 'ok', asked, 'ok', aborted]);
    expect([batch.takeRedirected(), batch.result().happening]).toMatchObject([
      [],
      refusedBy(asked, 'cluster-down', false),
    ]);
  });
});

describe('a batch', () => {
  it('is of the lane of its worst command, and a transaction when it has a MULTI', () => {
    const lanes = (...names: string[]): unknown => {
      const { batch } = batchOf(...names.map((name) => [name, 'a'] as const));
      return [batch.lane, batch.isTransaction];
    };
    expect(lanes('get', 'get')).toEqual(['read', false]);
    expect(lanes('get', 'set', 'get')).toEqual(['write', false]);
    expect(lanes('multi', 'get', 'exec')).toEqual(['write', true]);
  });

  it('takes one settlement of each of its commands, and none of other ones', () => {
    const { batch, commands } = settled(pipeline, []);
    const [first, , third] = commands as [DriverCommand, DriverCommand, DriverCommand];
    batch.settle(first, { ok: true, value: 'OK' });
    batch.settle(first, { ok: false, error: broken });
    batch.settle(commandOf('get', 'a'), { ok: true, value: 'OK' });
    expect(batch.remaining).toBe(2);
    // The driver sets `pipelineIndex`. Even if the index is wrong, a reply must settle its own command.
    third.pipelineIndex = 1;
    batch.settle(third, { ok: true, value: 'OK' });
    expect(batch.commands.map(({ settlement }) => settlement?.ok)).toEqual([true, undefined, true]);
    batch.reset('not-applied');
    expect(batch.remaining).toBe(3);
    expect(batch.commands.every(({ settlement }) => settlement === undefined)).toBe(true);
  });
});

const context: ErrorContext = {
  name: 'default',
  lane: 'write',
  retryAfterMs: 7,
  forensics: {
    command: 'set',
    attempt: 1,
    connectionState: 'ready',
    waiting: 0,
    inFlight: 0,
    lastReadAgeMs: undefined,
    lastWriteAgeMs: undefined,
    eventLoopLagMs: 0,
  },
};
const failure: CallFailure = {
  kind: 'unavailable',
  reason: 'loading',
  outcome: 'not-applied',
  error: loading,
};
const whole = { failure, context };

describe('the callers of a batch', () => {
  const fates = (commands: readonly DriverCommand[]): Promise<unknown[]> =>
    Promise.all(commands.map((command) => fateOf(command)));

  it('get their answers, and their own mistakes', async () => {
    const { batch, commands } = settled(pipeline, ['ok', wrongType, mistake]);
    batch.release();
    expect(await fates(commands)).toEqual([{ value: 'OK' }, { error: wrongType }, { error: mistake }]);
    expect(wrongType).toMatchObject({ outcome: 'refused' });
    expect(mistake).not.toHaveProperty('outcome');
    expect(commands.every(({ call }) => call === undefined)).toBe(true);
  });

  it('are told by the driver itself from then on', () => {
    const { batch, commands } = settled([['get', 'a']], ['ok']);
    const [{ resolve, reject }] = batch.commands as [Batch['commands'][0]];
    expect([commands[0]?.resolve === resolve, commands[0]?.reject === reject]).toEqual([false, false]);
    batch.release();
    expect([commands[0]?.resolve === resolve, commands[0]?.reject === reject]).toEqual([true, true]);
  });

  it('get a refusal as the server gave it, when the batch did not fail', async () => {
    const redirected = replyError('MOVED 3999 127.0.0.1:6381');
    const { batch, commands } = settled(pipeline, ['ok', 'ok', redirected]);
    batch.release();
    expect((await fates(commands))[2]).toEqual({ error: redirected });
    expect(redirected).toMatchObject({ outcome: 'refused' });
  });

  it('get each their own error of a batch that failed', async () => {
    const typo = replyError('ERR unknown command');
    const { batch, commands } = settled([...pipeline, ['get', 'd']], ['ok', loading, typo, mistake]);
    batch.fail(new Error('of the whole'), whole);
    expect(await fates(commands)).toMatchObject([
      { value: 'OK' },
      { error: { code: 'REDIS_UNAVAILABLE', reason: 'loading', cause: loading, retryAfterMs: 7 } },
      { error: typo },
      { error: mistake },
    ]);
    expect(typo).toMatchObject({ outcome: 'refused' });
  });

  it('get an error of ours for a command that broke', async () => {
    const { batch, commands } = settled([['get', 'a']], [broken]);
    batch.fail(new Error('of the whole'), whole);
    expect(await fates(commands)).toMatchObject([{ error: { code: 'REDIS_UNAVAILABLE', cause: broken } }]);
  });

  const unknown = {
    failure: { kind: 'outcome-unknown', reason: 'connection-reset', outcome: 'unknown', error: broken },
    context,
  } as const;
  const notRun = { code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' };

  it('are told that a command did not run that the server refused, whatever became of the others', async () => {
    const { batch, commands } = settled(
      [...pipeline, ['set', 'd', '1'], ['set', 'e', '1']],
      ['ok', moved, tryAgain, clusterDown, broken],
    );
    batch.fail(new Error('of the whole'), unknown);
    expect(await fates(commands)).toMatchObject([
      { value: 'OK' },
      { error: { ...notRun, reason: 'connection-reset', cause: moved, forensics: { command: 'incr' } } },
      { error: { ...notRun, reason: 'cluster-down', cause: tryAgain } },
      { error: { ...notRun, reason: 'cluster-down', cause: clusterDown } },
      { error: { code: 'OUTCOME_UNKNOWN', outcome: 'unknown', cause: broken } },
    ]);
  });

  it('are not told so of a command that may have run in an earlier attempt', async () => {
    const { batch, commands } = settled(pipeline, [broken, readOnly, 'ok']);
    batch.reset('unknown');
    for (const command of commands) batch.settle(command, { ok: false, error: readOnly });
    batch.fail(new Error('of the whole'), unknown);
    expect(await fates(commands)).toMatchObject([
      { error: { code: 'OUTCOME_UNKNOWN', outcome: 'unknown', cause: readOnly } },
      { error: { ...notRun, cause: readOnly } },
      { error: { code: 'REDIS_UNAVAILABLE', outcome: 'unknown', cause: readOnly } },
    ]);
  });

  it('are told of a command in a MULTI what is known of all of them', async () => {
    const { batch, commands } = settled(transaction, ['ok', readOnly, 'ok', aborted]);
    batch.fail(new Error('of the whole'), unknown);
    expect((await fates(commands))[1]).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
  });

  it('get an error of ours for an EXEC that an earlier refusal aborted, and only in a MULTI', async () => {
    const answers = ['ok', readOnly, 'ok', aborted] as const;
    const multi = settled(transaction, answers);
    multi.batch.fail(new Error('of the whole'), whole);
    expect((await fates(multi.commands))[3]).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    const plain = settled([['set', 'a', '1'], ['exec']], [readOnly, aborted]);
    plain.batch.fail(new Error('of the whole'), whole);
    expect((await fates(plain.commands))[1]).toEqual({ error: aborted });
  });

  it('get the error of the whole while some of them have none', async () => {
    const { batch, commands } = settled(pipeline, ['ok', 'ok']);
    const error = new Error('of the whole');
    batch.fail(error, whole);
    expect(await fates(commands)).toEqual([{ error }, { error }, { error }]);
    expect(commands.every(({ call }) => call === undefined)).toBe(true);
  });
});
