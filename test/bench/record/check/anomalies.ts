import { checkHistory, primaryLost, type Operation } from '@redis-resilience/testing/history';
import { perDatabase } from './databases-of.js';
import { isDoubled, isForgotten, isOnlyStale } from './explanations.js';
import { storedTags, tagOf } from './tags.js';

/** The violations that the check found in a history, counted by kind. */
export interface Anomalies {
  /** Number of acknowledged writes that are gone. */
  readonly lost: number;
  /** Writes that were acknowledged and are gone because the lost primary had not replicated them. */
  readonly lostByServer: number;
  /** Writes that changed the data more than once, and keys whose history only such a repetition explains. */
  readonly ranTwice: number;
  /** Number of calls that got the value of another key. */
  readonly otherAnswer: number;
  /** Keys for which a read returned an older value than it was allowed to. */
  readonly stale: number;
  /** Number of keys that returned to a state from before an acknowledged write. */
  readonly wentBack: number;
  /** Number of keys whose history has no explanation. */
  readonly unexplained: number;
  readonly neverSettled: number;
  /** Number of calls that failed as `not-applied` or `refused` but ran. */
  readonly wrongOutcome: number;
  /** Number of keys whose history could not be checked in time. */
  readonly undecided: number;
  /** A drawing of the first violation. */
  readonly picture: string | undefined;
}

export interface LossWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface AnomalyOptions {
  /** The periods in which the servers may have lost acknowledged writes. @default [] */
  readonly windows?: readonly LossWindow[];
  /** Names of the databases. @default one without a name */
  readonly databases?: readonly (string | undefined)[];
  /** Time limit of the check in milliseconds; the keys that are left then are undecided. @default 20_000 */
  readonly checkMs?: number;
}

/** Of one client. The history ends with reads of the stored values by the process `observer`. */
export function anomaliesIn(history: readonly Operation[], options: AnomalyOptions = {}): Anomalies {
  const { windows = [], databases = [undefined], checkMs = 20_000 } = options;
  const endsAt = performance.now() + checkMs;
  const stored = storedTags(history);
  const acknowledged = history
    .filter(({ result }) => result.kind === 'answered')
    .filter((op) => tagOf(op) !== undefined);
  const gone = acknowledged.filter((operation) => !stored.has(tagOf(operation) as string));
  const lostByServer = gone.filter((operation) => isIn(windows, operation)).length;
  const contracts = windows.length === 0 ? [] : [primaryLost(windows)];
  const checked = checkHistory(perDatabase(history, databases).filter(isOrdered), {
    contracts,
    timeoutMs: checkMs / 2,
  });
  const violations = checked.verdict === 'broken' ? checked.violations : [];
  const counts = { stale: 0, wentBack: 0, doubled: 0, unexplained: 0 };
  for (const { operations } of violations) {
    const timeoutMs = Math.max(5, Math.min(500, endsAt - performance.now()));
    if (isOnlyStale(operations, timeoutMs)) counts.stale++;
    else if (isDoubled(operations, timeoutMs)) counts.doubled++;
    else if (isForgotten(operations, timeoutMs)) counts.wentBack++;
    else counts.unexplained++;
  }
  return {
    lost: gone.length - lostByServer,
    lostByServer,
    ranTwice: counts.doubled + [...stored.values()].filter((times) => times > 1).length,
    otherAnswer: history.filter(isOfOtherKey).length,
    stale: counts.stale,
    wentBack: counts.wentBack,
    unexplained: counts.unexplained,
    neverSettled: history.filter(({ result }) => result.kind === 'pending').length,
    wrongOutcome: history.filter((operation) => isProvedWrong(operation, stored)).length,
    undecided: checked.verdict === 'holds' ? 0 : checked.undecided.length,
    picture: violations[0]?.text,
  };
}

/**
 * Whether the check must find an order of operations that explains this one. Commands on hashes and lists are left out:
 * each of their writes stores a unique tag, which the check counts instead.
 */
function isOrdered({ commands }: Operation): boolean {
  return !/^(hincrby|hgetall|rpush|lrange)$/.test(commands[0]?.name ?? '');
}

function isIn(windows: readonly LossWindow[], { invokedAt, returnedAt = Infinity }: Operation): boolean {
  return windows.some(({ fromMs, toMs }) => invokedAt <= toMs && returnedAt >= fromMs);
}

function isProvedWrong(operation: Operation, stored: ReadonlyMap<string, number>): boolean {
  const { result } = operation;
  const tag = tagOf(operation);
  return result.kind === 'failed' && result.outcome !== 'unknown' && tag !== undefined && stored.has(tag);
}

function isOfOtherKey({ commands, isTransaction, result }: Operation): boolean {
  const [command] = commands;
  const key = command?.args[0] ?? '';
  if (isTransaction || command?.name !== 'get' || result.kind !== 'answered' || result.reply === null)
    return false;
  return key.startsWith('text:') && !(typeof result.reply === 'string' && result.reply.startsWith(`${key}/`));
}
