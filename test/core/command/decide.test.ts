import { describe, expect, it } from 'vitest';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import type { CallFacts } from '../../../packages/core/src/command/call.ts';
import { decide, type Decision, type Situation } from '../../../packages/core/src/command/decide.ts';
import {
  answered,
  letGo,
  closed,
  overdue,
  waitExpired,
  type Happening,
} from '../../../packages/core/src/command/happening.ts';
import { classifyReply } from '../../../packages/core/src/replies/reply-error.ts';
import { connectionError, replyError } from './call-of.ts';

const well: Situation = {
  now: 1_000,
  deadlineAt: 2_000,
  isEnded: false,
  canRun: true,
  laneCause: undefined,
  isServerAway: false,
  reason: 'connection-reset',
  retryBudgetAllows: true,
  maxRetries: 5,
  role: 'primary',
  categories: undefined,
};

const fresh = { outcome: 'not-applied', released: false, isGuarded: false } as const;
const unsent = { isWritten: false };
const written = { isWritten: true };
const error = connectionError();
const lost: Happening = { kind: 'lost', error };

/** A call that was sent once and is in flight. */
function call(
  name: string,
  facts: Partial<CallFacts> = {},
  args: readonly unknown[] = ['a', '1'],
): CallFacts {
  return {
    command: { args },
    traits: traitsOf(name),
    sends: 1,
    sent: written,
    written,
    batch: undefined,
    slow: undefined,
    ...facts,
  };
}

/** Returns the input of `decide` for a pipeline or transaction of these commands. */
function batch(names: readonly string[], facts: Partial<CallFacts> = {}): CallFacts {
  const commands = names.map((name) => ({ command: { name, args: ['a', '1'] } }));
  const lane = names.some((name) => traitsOf(name).lane === 'write') ? 'write' : 'read';
  return call(names[0] ?? '', { slow: fresh, ...facts, batch: { lane, commands } });
}

function refused(message: string, ranInPart = false, isScript = false): Happening & { kind: 'refused' } {
  const verdict = classifyReply(message, isScript);
  return { kind: 'refused', verdict, error: replyError(message), ranInPart };
}

const loading = refused('LOADING Redis is loading the dataset in memory');
const tryAgain = refused('TRYAGAIN Multiple keys request during rehashing of slot');
const moved = refused('MOVED 3999 127.0.0.1:6381');
const readOnly = refused("READONLY You can't write against a read only replica.");
const outOfMemory = refused("OOM command not allowed when used memory > 'maxmemory'.");
const persistence = refused('MISCONF Redis is configured to save RDB snapshots');
const tooFewReplicas = refused('NOREPLICAS Not enough good replicas to write.');
const wrongType = refused('WRONGTYPE Operation against a key holding the wrong kind of value');
const scriptOutOfMemory = refused(
  "OOM command not allowed when used memory > 'maxmemory'. script: f_1, on @user_script:1.",
);

const again = (parts: object): object => ({
  kind: 'resend',
  isRetry: true,
  pays: false,
  maxDelayMs: 40,
  ...parts,
});
const fails = (parts: object): object => ({
  kind: 'fail',
  counts: 'nothing',
  cause: undefined,
  tells: 'error',
  isRetryBudgetSpent: false,
  ...parts,
});
const unavailable = (reason: string | undefined, parts: object = {}): object => ({
  kind: 'unavailable',
  reason,
  outcome: 'not-applied',
  error: undefined,
  ...parts,
});
const unknown = (reason: string, parts: object = {}): object =>
  unavailable(reason, { kind: 'outcome-unknown', outcome: 'unknown', ...parts });

type Row = readonly [title: string, CallFacts, Happening, Partial<Situation>, object];

function holds(subject: string, rows: readonly Row[]): void {
  it.each(rows)(`${subject} %s`, (_title, facts, happening, situation, expected) => {
    const { laneCause: reason = well.reason } = situation;
    expect(decide(facts, happening, { ...well, reason, ...situation })).toEqual(expected);
  });
}

describe('a call that was answered', () => {
  const released = { slow: { ...fresh, released: true } };
  const sentAgain = again({ outcome: 'not-applied', isRetry: false, maxDelayMs: 0 });
  holds('a call that was answered', [
    ['gets its answer', call('get'), answered, {}, { kind: 'answer' }],
    [
      'gets its answer although the client was closed',
      call('get'),
      answered,
      { isEnded: true },
      { kind: 'answer' },
    ],
    ['that was let go at our request is sent again', call('blpop', { slow: fresh }), letGo, {}, sentAgain],
    [
      'that was released gets what came all the same',
      call('blpop', released),
      answered,
      {},
      { kind: 'answer' },
    ],
    ['and is a batch gets its answers', batch(['set', 'get']), answered, {}, { kind: 'answer' }],
  ]);

  it('an answer is decided without a situation, by a shared decision', () => {
    expect(decide(call('get'), answered)).toBe(decide(call('set'), answered));
  });
});

describe('a call that was lost with its connection', () => {
  const notApplied = again({ outcome: 'not-applied' });
  const repeatable = again({ outcome: 'unknown' });
  holds('a call lost with its connection', [
    ['is sent again where it was not written', call('incr', { written: unsent }), lost, {}, notApplied],
    [
      'is sent again where the driver never had it',
      call('incr', { written: undefined }),
      lost,
      {},
      notApplied,
    ],
    ['is sent again where it is a read', call('get'), lost, {}, repeatable],
    ['is sent again where the last write wins', call('set'), lost, {}, repeatable],
    [
      'fails where a repetition would count twice',
      call('incr'),
      lost,
      {},
      fails({ failure: unknown('connection-reset', { error }) }),
    ],
    [
      'fails where the user says so',
      call('set'),
      lost,
      { categories: { set: 'never' } },
      fails({ failure: unknown('connection-reset', { error }) }),
    ],
    [
      'is sent again where the user says so',
      call('incr'),
      lost,
      { categories: { incr: 'write-last-wins' } },
      repeatable,
    ],
    [
      'is sent again once its release was asked for',
      call('blpop', { slow: { ...fresh, released: true } }),
      lost,
      {},
      notApplied,
    ],
    [
      'waits without a delay while nothing runs',
      call('get'),
      lost,
      { canRun: false },
      again({ outcome: 'unknown', maxDelayMs: 0 }),
    ],
    [
      'names why its lane is away',
      call('incr'),
      lost,
      { laneCause: 'stalled' },
      fails({ failure: unknown('stalled', { error }) }),
    ],
    [
      'names the close',
      call('incr'),
      lost,
      { isEnded: true, laneCause: 'stalled' },
      fails({ failure: unknown('closed', { error }) }),
    ],
    [
      'and is a read has changed nothing',
      call('get'),
      lost,
      { maxRetries: 0 },
      fails({ failure: unavailable('connection-reset', { outcome: 'unknown', error }) }),
    ],
    [
      'remembers that an earlier send may have run',
      call('set', { written: unsent, slow: { ...fresh, outcome: 'unknown' } }),
      lost,
      { maxRetries: 0 },
      fails({ failure: unknown('connection-reset', { error }) }),
    ],
    [
      'did not run when it was not written',
      call('set', { written: unsent }),
      lost,
      { maxRetries: 0 },
      fails({ failure: unavailable('connection-reset', { error }) }),
    ],
    [
      'and is a batch of harmless commands is sent again',
      batch(['multi', 'set', 'get', 'exec']),
      lost,
      {},
      repeatable,
    ],
    [
      'and is a batch with one command that counts fails',
      batch(['get', 'incr']),
      lost,
      {},
      fails({ failure: unknown('connection-reset', { error }) }),
    ],
    [
      'and is a transaction under a WATCH fails',
      batch(['multi', 'get', 'exec'], { slow: { ...fresh, isGuarded: true } }),
      lost,
      {},
      fails({ failure: unknown('connection-reset', { error }) }),
    ],
    [
      'and is a batch of reads has changed nothing',
      batch(['get', 'get']),
      lost,
      { maxRetries: 0 },
      fails({ failure: unavailable('connection-reset', { outcome: 'unknown', error }) }),
    ],
  ]);

  it.each([
    [1, 40],
    [2, 80],
    [3, 160],
    [4, 200],
    [5, 200],
  ])('the delay before another send has a bound that doubles: after %i sends %i ms', (sends, maxDelayMs) => {
    expect(decide(call('get', { sends }), lost, well)).toMatchObject({ maxDelayMs });
  });

  it('the delay before another send is at most 200 ms, however often it was sent unapplied', () => {
    const facts = call('get', { sends: 5_000, written: unsent });
    expect(decide(facts, lost, well)).toMatchObject({ maxDelayMs: 200 });
  });
});

describe('a call that the server refused', () => {
  const reply = (of: Happening & { kind: 'refused' }, parts: object = {}): object =>
    fails({ failure: { kind: 'refused', error: of.error }, counts: 'success', tells: 'reply', ...parts });
  const away = (of: Happening & { kind: 'refused' }, parts: object = {}): object => {
    const { cause } = of.verdict;
    const failure = unavailable(cause, { error: of.error });
    return fails({ failure, counts: 'failure', cause, tells: 'reply', ...parts });
  };
  const notApplied = again({ outcome: 'not-applied' });
  const known = { slow: { ...fresh, outcome: 'unknown' } } as const;
  holds('a call refused', [
    ['for a mistake of the caller gets the reply', call('incr'), wrongType, {}, reply(wrongType)],
    ['because the server loads is sent again', call('incr'), loading, {}, notApplied],
    ['because the server loads fails at its deadline', call('incr'), loading, { now: 2_000 }, away(loading)],
    [
      'because it is one command’s turn pays for its retry',
      call('incr'),
      tryAgain,
      {},
      again({ outcome: 'not-applied', pays: true }),
    ],
    [
      'pays, and the budget is spent',
      call('incr'),
      tryAgain,
      { retryBudgetAllows: false },
      away(tryAgain, { isRetryBudgetSpent: true }),
    ],
    [
      'because its slot moved pays for its retry',
      call('get'),
      moved,
      {},
      again({ outcome: 'not-applied', pays: true }),
    ],
    ['because its slot moved, for good', call('get'), moved, { maxRetries: 0 }, reply(moved)],
    ['by a replica waits for the primary', call('set'), readOnly, {}, notApplied],
    ['by a replica where none is looked for', call('set'), readOnly, { role: 'any' }, away(readOnly)],
    ['because memory is out is not sent again', call('set'), outOfMemory, {}, away(outOfMemory)],
    ['because the disk fails is not sent again', call('set'), persistence, {}, away(persistence)],
    ['because replicas are missing is not sent again', call('set'), tooFewReplicas, {}, away(tooFewReplicas)],
    [
      'as a read, because writes are refused',
      call('ping'),
      persistence,
      {},
      away(persistence, { counts: 'success' }),
    ],
    [
      'in a script that may have written',
      call('eval'),
      scriptOutOfMemory,
      {},
      reply(scriptOutOfMemory, { counts: 'failure', cause: 'out-of-memory' }),
    ],
    [
      'remembers that an earlier send may have run',
      call('set', known),
      outOfMemory,
      {},
      away(outOfMemory, { failure: unknown('out-of-memory', { error: outOfMemory.error }) }),
    ],
    [
      'after six sends is still sent again: it did not run',
      call('incr', { sends: 6 }),
      loading,
      {},
      again({ outcome: 'not-applied', maxDelayMs: 200 }),
    ],
  ]);
});

describe('a batch that the server refused', () => {
  const whole = (of: Happening & { kind: 'refused' }, parts: object = {}): object =>
    fails({ failure: unavailable(of.verdict.cause, { error: of.error, ...parts }) });
  const inPart = { ...loading, ranInPart: true };
  holds('a batch refused', [
    [
      'as a whole is sent again, without a price',
      batch(['incr', 'incr']),
      loading,
      { retryBudgetAllows: false },
      again({ outcome: 'not-applied', pays: false }),
    ],
    [
      'as a whole because its slot moves is sent again, without a price',
      batch(['incr']),
      tryAgain,
      { retryBudgetAllows: false },
      again({ outcome: 'not-applied', pays: false }),
    ],
    ['as a whole because memory is out fails', batch(['set']), outOfMemory, {}, whole(outOfMemory)],
    [
      'in part is sent again where it is harmless',
      batch(['set', 'get']),
      inPart,
      {},
      again({ outcome: 'unknown', pays: false }),
    ],
    [
      'in part fails where it counts',
      batch(['incr', 'get']),
      inPart,
      {},
      whole(loading, { kind: 'outcome-unknown', outcome: 'unknown' }),
    ],
    [
      'in part after too many sends',
      batch(['set'], { sends: 6 }),
      inPart,
      {},
      whole(loading, { kind: 'outcome-unknown', outcome: 'unknown' }),
    ],
  ]);
});

describe('a call that gets nothing', () => {
  const timeout = (reason: string, outcome: string): object =>
    unavailable(reason, { kind: 'timeout', outcome });
  const known = { ...fresh, outcome: 'unknown' } as const;
  const waiting = { sent: undefined, written: undefined };
  const mistake = new Error('Connection in subscriber mode');
  holds('a call fails', [
    [
      'by its deadline counts against the circuit',
      call('get'),
      overdue,
      {},
      fails({ failure: timeout('slow', 'unknown'), counts: 'failure', cause: 'slow' }),
    ],
    [
      'by its deadline while Redis is known to be away',
      call('get'),
      overdue,
      { laneCause: 'stalled', isServerAway: true },
      fails({ failure: timeout('stalled', 'unknown') }),
    ],
    [
      'by its deadline, as a trial of its circuit',
      call('get'),
      overdue,
      { laneCause: 'error-rate' },
      fails({ failure: timeout('error-rate', 'unknown'), counts: 'failure', cause: 'slow' }),
    ],
    [
      'by its deadline, never written',
      call('get', { written: unsent }),
      overdue,
      {},
      fails({ failure: timeout('slow', 'not-applied'), counts: 'failure', cause: 'slow' }),
    ],
    [
      'by its deadline, written before',
      call('get', { written: unsent, slow: known }),
      overdue,
      {},
      fails({ failure: timeout('slow', 'unknown'), counts: 'failure', cause: 'slow' }),
    ],
    [
      'by its deadline while it waits to be sent again, because the server refused it',
      call('get', { written: undefined, slow: { ...fresh, refusal: tryAgain } }),
      overdue,
      {},
      fails({ failure: { ...timeout('cluster-down', 'not-applied'), error: tryAgain.error } }),
    ],
    [
      'by its deadline, written again after the server refused it',
      call('get', { slow: { ...fresh, refusal: tryAgain } }),
      overdue,
      {},
      fails({ failure: timeout('slow', 'unknown'), counts: 'failure', cause: 'slow' }),
    ],
    [
      'while it waits',
      call('set', { ...waiting, slow: fresh }),
      waitExpired,
      { laneCause: 'dns' },
      fails({ failure: unavailable('dns') }),
    ],
    [
      'while the first connection is made',
      call('set', { ...waiting, slow: fresh }),
      waitExpired,
      { reason: 'connect-timeout' },
      fails({ failure: unavailable('connect-timeout') }),
    ],
    [
      'while the socket takes no bytes',
      call('set', { ...waiting, slow: fresh }),
      waitExpired,
      { reason: 'slow' },
      fails({ failure: timeout('slow', 'not-applied') }),
    ],
    [
      'of which the server was found to be away, after it was sent',
      call('get'),
      waitExpired,
      { laneCause: 'stalled' },
      fails({ failure: unavailable('stalled', { outcome: 'unknown' }) }),
    ],
    [
      'while it waits after a send',
      call('set', { ...waiting, slow: known }),
      waitExpired,
      { laneCause: 'dns' },
      fails({ failure: unavailable('dns', { outcome: 'unknown' }) }),
    ],
    [
      'because the client is closed while it waits',
      call('set', { ...waiting, slow: fresh }),
      closed,
      {},
      fails({ failure: unavailable('closed') }),
    ],
    [
      'because the client is closed while it waits after a send',
      call('set', { ...waiting, slow: known }),
      closed,
      {},
      fails({ failure: unavailable('closed', { outcome: 'unknown' }) }),
    ],
    [
      'because the client is closed while it is in flight',
      call('set'),
      closed,
      {},
      fails({ failure: unknown('closed') }),
    ],
    [
      'because the client is closed while it reads',
      call('get'),
      closed,
      {},
      fails({ failure: unavailable('closed', { outcome: 'unknown' }) }),
    ],
    [
      'because the client is closed before it was written',
      call('set', { written: unsent }),
      closed,
      {},
      fails({ failure: unavailable('closed') }),
    ],
    [
      'because it is a mistake of the caller',
      call('get'),
      { kind: 'withdrawn', error: mistake },
      {},
      fails({ failure: { kind: 'as-is', error: mistake }, tells: 'nothing' }),
    ],
  ]);
});

describe('decide, over every cell', () => {
  const happenings: readonly (Happening & { kind: 'lost' | 'refused' })[] = [
    { kind: 'lost', error },
    loading,
    tryAgain,
    moved,
    readOnly,
    outOfMemory,
    wrongType,
    scriptOutOfMemory,
  ];
  const both = [false, true];
  const names = ['get', 'set', 'incr'] as const;

  interface Cell {
    readonly happening: Happening & { kind: 'lost' | 'refused' };
    readonly name: (typeof names)[number];
    readonly isBatch: boolean;
    readonly isWritten: boolean;
    readonly wasUnknown: boolean;
    readonly released: boolean;
    readonly sends: number;
    readonly maxRetries: number;
    readonly situation: Situation;
  }

  function* cells(): Generator<Cell> {
    for (const happening of happenings)
      for (const name of names)
        for (const isBatch of both)
          for (const isWritten of both)
            for (const wasUnknown of both)
              for (const released of both)
                for (const sends of [1, 5, 6])
                  for (const maxRetries of [0, 5])
                    for (const situation of situations({ maxRetries }))
                      yield {
                        happening,
                        name,
                        isBatch,
                        isWritten,
                        wasUnknown,
                        released,
                        sends,
                        maxRetries,
                        situation,
                      };
  }

  function* situations(given: Partial<Situation>): Generator<Situation> {
    for (const isOverdue of both)
      for (const isEnded of both)
        for (const retryBudgetAllows of both)
          for (const canRun of both)
            for (const role of ['primary', 'any'] as const)
              for (const laneCause of [undefined, 'stalled'] as const)
                yield {
                  ...well,
                  ...given,
                  deadlineAt: isOverdue ? 1_000 : 1_001,
                  isEnded,
                  retryBudgetAllows,
                  canRun,
                  role,
                  laneCause,
                };
  }

  /** Returns the outcome of the attempt that has just ended. */
  function outcomeOf({ happening, isWritten, released }: Cell): string {
    if (happening.kind === 'refused') return happening.verdict.outcome;
    return isWritten && !released ? 'unknown' : 'not-applied';
  }

  function pays({ happening, isBatch }: Cell): boolean {
    return happening.kind === 'refused' && !isBatch && happening.verdict.scope === 'command';
  }

  /** Returns all reasons why the call must not be sent again. */
  function forbidden(cell: Cell): string[] {
    const { happening, name, sends, maxRetries, situation } = cell;
    const outcome = outcomeOf(cell);
    const cause = happening.kind === 'refused' ? happening.verdict.cause : undefined;
    const reasons: Readonly<Record<string, boolean>> = {
      'it ran, and was refused': outcome === 'refused' && !cell.isBatch,
      'the client is closed': situation.isEnded,
      'its deadline passed': situation.deadlineAt <= situation.now,
      'retries are off': maxRetries === 0,
      'no primary is looked for': cause === 'read-only' && situation.role === 'any',
      'memory does not come back': cause === 'out-of-memory',
      'it may have run, and counts': outcome === 'unknown' && name === 'incr',
      'it may have run, and was sent often': outcome === 'unknown' && sends > maxRetries,
      'the retry budget is spent': pays(cell) && !situation.retryBudgetAllows,
    };
    return Object.keys(reasons).filter((reason) => reasons[reason]);
  }

  function decided(cell: Cell): Decision {
    const { happening, name, isBatch, isWritten, wasUnknown, released, sends, situation } = cell;
    const slow = { outcome: wasUnknown ? 'unknown' : 'not-applied', released, isGuarded: false } as const;
    const facts = { sends, slow, written: { isWritten } };
    return decide(isBatch ? batch([name], facts) : call(name, facts), happening, situation);
  }

  it('a lost or refused call is sent again exactly when nothing forbids it', () => {
    let count = 0;
    for (const cell of cells()) {
      const decision = decided(cell);
      const reasons = forbidden(cell);
      if ((decision.kind === 'resend') !== (reasons.length === 0))
        expect.fail(`${decision.kind}: ${JSON.stringify({ cell, reasons })}`);
      count++;
    }
    expect(count).toBe(8 * 3 * 2 * 2 * 2 * 2 * 3 * 2 * 64);
  });

  it('a call that is sent again pays where it was refused alone, and is delayed where it would run', () => {
    for (const cell of cells()) {
      const decision = decided(cell);
      if (decision.kind !== 'resend') continue;
      const isRight =
        decision.isRetry &&
        decision.pays === pays(cell) &&
        decision.outcome === (outcomeOf(cell) === 'unknown' ? 'unknown' : 'not-applied') &&
        decision.maxDelayMs > 0 === cell.situation.canRun;
      if (!isRight) expect.fail(JSON.stringify({ cell, decision }));
    }
  });

  it('a call that fails tells whether it may have run', () => {
    for (const cell of cells()) {
      const decision = decided(cell);
      if (decision.kind !== 'fail') continue;
      const { failure, isRetryBudgetSpent } = decision;
      const reasons = forbidden(cell);
      const mayHaveRun = outcomeOf(cell) === 'unknown' || cell.wasUnknown;
      const isRight =
        failure.kind === 'refused'
          ? cell.happening.kind === 'refused'
          : 'outcome' in failure &&
            failure.outcome === (mayHaveRun ? 'unknown' : 'not-applied') &&
            (failure.kind === 'outcome-unknown') === (mayHaveRun && cell.name !== 'get');
      const isBudget = reasons.join() === 'the retry budget is spent';
      if (!isRight || isRetryBudgetSpent !== isBudget) expect.fail(JSON.stringify({ cell, decision }));
    }
  });
});
