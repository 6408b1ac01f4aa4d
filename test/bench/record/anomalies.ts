import {
  boundedStaleness,
  checkHistory,
  primaryLost,
  type Operation,
} from '@redis-resilience/testing/history';

/** What a history shows that should not be, counted by kind. */
export interface Anomalies {
  /** Writes that were acknowledged and are gone. */
  readonly lost: number;
  /** The same, where the servers themselves had not replicated them when a primary was lost. */
  readonly lostByServer: number;
  readonly ranTwice: number;
  /** A call got what belongs to another key. */
  readonly otherAnswer: number;
  /** Keys of which something older was read than had to be. */
  readonly stale: number;
  /** Keys whose history nothing explains, for another reason than those above. */
  readonly unexplained: number;
  readonly neverSettled: number;
  /** Calls that failed as `not-applied` or `refused`, and ran. */
  readonly wrongOutcome: number;
  /** Keys whose history could not be decided in time. */
  readonly undecided: number;
  /** Of one violation, the picture. */
  readonly picture: string | undefined;
}

export interface LossWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

const checkMs = 20_000;
/** Whatever is read must have been written in the same run. */
const wholeRunMs = 3_600_000;

/** `windows`: when the servers may have lost what they acknowledged. The history ends with what is stored. */
export function anomaliesIn(history: readonly Operation[], windows: readonly LossWindow[]): Anomalies {
  const stored = storedTags(history);
  const acknowledged = history
    .filter(({ result }) => result.kind === 'answered')
    .filter((op) => tagOf(op) !== undefined);
  const gone = acknowledged.filter((operation) => !stored.has(tagOf(operation) as string));
  const lostByServer = gone.filter((operation) => isIn(windows, operation)).length;
  const contracts = windows.length === 0 ? [] : [primaryLost(windows)];
  // Of the others it is known tag by tag what happened.
  const ordered = history.filter(
    ({ commands }) => !/^(hincrby|hgetall|rpush|lrange)$/.test(commands[0]?.name ?? ''),
  );
  const checked = checkHistory(ordered, { contracts, timeoutMs: checkMs });
  const violations = checked.verdict === 'broken' ? checked.violations : [];
  const ranTwice = [...stored.values()].filter((times) => times > 1).length;
  const stale = violations.filter(({ operations }) => isOnlyStale(operations));
  return {
    lost: gone.length - lostByServer,
    lostByServer,
    ranTwice,
    otherAnswer: history.filter(isOfOtherKey).length,
    stale: stale.length,
    unexplained: violations.length - stale.length,
    neverSettled: history.filter(({ result }) => result.kind === 'pending').length,
    wrongOutcome: history.filter((operation) => isProvedWrong(operation, stored)).length,
    undecided: checked.verdict === 'holds' ? 0 : checked.undecided.length,
    picture: violations[0]?.text,
  };
}

/** How often each tag is stored at the end. */
function storedTags(history: readonly Operation[]): ReadonlyMap<string, number> {
  const stored = new Map<string, number>();
  for (const { process, commands, result } of history) {
    if (process !== 'observer' || result.kind !== 'answered' || result.reply === null) continue;
    const { reply } = result;
    const items =
      typeof reply === 'string' || 'error' in reply
        ? []
        : 'fields' in reply
          ? reply.fields
          : reply.map(String);
    if (commands[0]?.name === 'lrange') for (const tag of items) stored.set(tag, (stored.get(tag) ?? 0) + 1);
    if (commands[0]?.name !== 'hgetall') continue;
    for (let index = 0; index < items.length; index += 2)
      stored.set(items[index] ?? '', Number(items[index + 1]));
  }
  return stored;
}

/** The tag of a write that leaves it behind for good. */
function tagOf({ commands, isTransaction }: Operation): string | undefined {
  const [command] = commands;
  if (isTransaction || command === undefined || !/^(hincrby|rpush)$/.test(command.name)) return undefined;
  return command.args[1];
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

function isOnlyStale(operations: readonly Operation[]): boolean {
  const contracts = [boundedStaleness(wholeRunMs, { readYourWrites: false })];
  return checkHistory(operations, { contracts, timeoutMs: 5_000 }).verdict === 'holds';
}
