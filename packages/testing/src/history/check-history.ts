import { checkKnownOptions } from '@redis-resilience/core/protocol';
import type { Contract } from './contracts.ts';
import type { Operation } from './operation.ts';
import { partsOf, type Part } from './part.ts';
import { search, type DeadEnd, type Deadline } from './search.ts';
import { shrink } from './shrink.ts';
import { violationOf, type Violation } from './violation.ts';

/** Options of {@link checkHistory}. */
export interface CheckOptions {
  /** Weaker guarantees, which some operations have instead of linearizability. @default [] */
  readonly contracts?: readonly Contract[];
  /** Time limit in milliseconds. Keys whose check has not ended within this time are `undecided`. @default 10000 */
  readonly timeoutMs?: number;
}

/**
 * The verdict of {@link checkHistory}. `holds`: some order of the operations explains all replies. `broken`: no order
 * explains all replies. `undecided`: there was not enough time; the property `undecided` lists the keys.
 */
export type HistoryVerdict = HistoryFigures &
  (
    | { readonly verdict: 'holds' }
    | {
        readonly verdict: 'broken';
        readonly violations: readonly Violation[];
        readonly undecided: readonly string[];
      }
    | { readonly verdict: 'undecided'; readonly undecided: readonly string[] }
  );

interface HistoryFigures {
  readonly operations: number;
  /** Number of operations that have not returned. */
  readonly pending: number;
  /** Number of parts of the history that were checked independently, because they have no key in common. */
  readonly parts: number;
  /** The verdict in readable form, with a picture of each violation. */
  readonly text: string;
}

/**
 * Checks whether a history is linearizable: whether all operations can be put into one order in which each gets the
 * reply that Redis would give. An operation that returned before another operation was invoked must come before that
 * operation. An operation that is pending, or whose outcome is `unknown`, may come at any place after its invocation,
 * or be left out. An operation whose outcome is `not-applied` or `refused` is left out. The check assumes that no key
 * exists at the beginning. To check the histories of several processes, concatenate them.
 *
 * Parts of the history that have no key in common are checked independently. The check is exact, and takes exponential
 * time in the worst case. After `timeoutMs`, the remaining parts are `undecided`. If there are violations, the check
 * spends up to 5 more seconds, for all of them together, on reducing them to small examples.
 *
 * @throws UnmodelledCommandError when the history contains a command that cannot be checked
 * @throws ConfigurationError when an option does not exist
 * @throws RangeError when an operation returned before it was invoked, or `timeoutMs` is not a positive number
 * @example
 * const result = checkHistory(recorder.operations);
 * assert.equal(result.verdict, 'holds', result.text);
 */
export function checkHistory(history: readonly Operation[], options: CheckOptions = {}): HistoryVerdict {
  checkKnownOptions('checkHistory', options, { contracts: true, timeoutMs: true });
  const { contracts = [], timeoutMs = 10_000 } = options;
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be a positive number, not ${timeoutMs}.`);
  checkTimes(history);
  const parts = partsOf(contracts.reduce((weakened, { weaken }) => weaken(weakened), history));
  const broken: Broken[] = [];
  const endsAt = performance.now() + timeoutMs;
  let open = parts;
  // In the first round, each part gets a share of the time, so that a part that would take forever leaves time for the
  // others. In the second round, the parts that are still undecided get the remaining time.
  for (const shareMs of [timeoutMs / (2 * parts.length), timeoutMs]) {
    const undecided: Part[] = [];
    for (const part of open) {
      const deadline = deadlineAt(Math.min(endsAt, performance.now() + shareMs));
      const result = search(part.operations, deadline);
      if (result.kind === 'no-order') broken.push({ part, deadEnd: result.deadEnd });
      if (result.kind === 'undecided') undecided.push(part);
    }
    open = undecided;
  }
  const undecided = open.flatMap(({ keys }) => keys);
  const pending = history.filter(({ result }) => result.kind === 'pending').length;
  const figures = { operations: history.length, pending, parts: parts.length };
  if (broken.length > 0) {
    const violations = violationsIn(broken);
    const text = violations.map((violation) => violation.text).join('\n\n');
    return { verdict: 'broken', violations, undecided, ...figures, text };
  }
  if (undecided.length > 0) {
    const text = `Undecided after ${timeoutMs} ms: ${undecided.length} keys. Record fewer operations on one key, or give it more time.`;
    return { verdict: 'undecided', undecided, ...figures, text };
  }
  return {
    verdict: 'holds',
    ...figures,
    text: `Holds: ${history.length} operations, ${parts.length} parts.`,
  };
}

interface Broken {
  readonly part: Part;
  readonly deadEnd: DeadEnd;
}

/**
 * Time limit in milliseconds for reducing all violations to a readable size. If one violation takes less than its
 * share, the time left over goes to the next ones.
 */
const shrinkMs = 5_000;

function violationsIn(broken: readonly Broken[]): readonly Violation[] {
  const endsAt = performance.now() + shrinkMs;
  return broken.map(({ part: { keys, operations }, deadEnd }, index) => {
    const now = performance.now();
    const deadline = deadlineAt(now + Math.max(0, endsAt - now) / (broken.length - index));
    return violationOf(keys, operations, shrink(operations, deadEnd, deadline));
  });
}

function deadlineAt(endsAt: number): Deadline {
  let asked = 0;
  return { isOver: () => ++asked % 64 === 0 && performance.now() > endsAt };
}

function checkTimes(history: readonly Operation[]): void {
  for (const { invokedAt, returnedAt = Infinity, result } of history) {
    if (
      Number.isFinite(invokedAt) &&
      returnedAt >= invokedAt &&
      (result.kind === 'pending' || returnedAt < Infinity)
    )
      continue;
    throw new RangeError(
      'Each operation needs an invokedAt and, once it settled, a returnedAt that is not before it: record them with HistoryRecorder.',
    );
  }
}
