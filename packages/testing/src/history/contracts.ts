import { keysOf } from './model/redis-model.ts';
import type { Command, Operation } from './operation.ts';

/** A weaker guarantee than linearizability, for a part of the history or for one kind of operation. */
export interface Contract {
  readonly name: string;
  /**
   * Returns the history with fewer constraints: replies that this contract does not guarantee are removed, and the time
   * spans in which operations may have happened are extended.
   */
  readonly weaken: (history: readonly Operation[]) => readonly Operation[];
}

const reads: ReadonlySet<string> = new Set(
  'get strlen mget exists llen lindex lrange scard sismember smembers hget hmget hgetall hlen hexists'.split(
    ' ',
  ),
);

/** Whether an operation changes nothing, regardless of the stored data. */
export function isRead({ commands }: Operation): boolean {
  return commands.every(isReadCommand);
}

/** Whether a command changes nothing, regardless of the stored data. */
export function isReadCommand({ name }: Command): boolean {
  return reads.has(name);
}

/**
 * The contract for the loss of a primary that had not replicated all its data. Each window is a period during which
 * acknowledged writes may have been lost or may have survived, and reads may have come from the old or the new primary.
 * Operations outside all windows are checked in full. A window should begin at the time of the fault minus the
 * replication lag, and end when all clients use the new primary. The times of a window are times on the clock of the
 * `HistoryRecorder`.
 *
 * @example
 * checkHistory(history, { contracts: [primaryLost([{ fromMs: killedAt - 100, toMs: promotedAt + 500 }])] });
 */
export function primaryLost(
  windows: readonly { readonly fromMs: number; readonly toMs: number }[],
): Contract {
  const isOpenDuring = ({ invokedAt, returnedAt = Infinity }: Operation): boolean =>
    windows.some(({ fromMs, toMs }) => invokedAt <= toMs && returnedAt >= fromMs);
  return {
    name: 'primary lost',
    weaken: (history) =>
      history.map((operation) =>
        operation.result.kind === 'answered' && isOpenDuring(operation)
          ? { ...operation, result: { kind: 'failed', outcome: 'unknown' } }
          : operation,
      ),
  };
}

/**
 * The contract for a near cache. A read may return a value that was stored at any moment in the `maxMs` milliseconds
 * before the read. With `readYourWrites` (the default), a read never returns a value that is older than the last
 * acknowledged write of the same process to the same key. For a read of several keys, the last acknowledged write to
 * any of these keys counts.
 *
 * @throws RangeError when `maxMs` is not a positive number
 */
export function boundedStaleness(
  maxMs: number,
  { readYourWrites = true }: { readonly readYourWrites?: boolean } = {},
): Contract {
  if (!(maxMs > 0)) throw new RangeError(`maxMs must be a positive number of milliseconds, not ${maxMs}.`);
  return {
    name: 'bounded staleness',
    weaken(history) {
      const ownWrites = readYourWrites ? new OwnWrites(history) : undefined;
      return history.map((operation) => {
        if (!isRead(operation)) return operation;
        const earliest = Math.max(operation.invokedAt - maxMs, ownWrites?.lastBefore(operation) ?? -Infinity);
        return { ...operation, invokedAt: Math.min(operation.invokedAt, earliest) };
      });
    },
  };
}

/** Looks up when each process's writes to each key were acknowledged. */
class OwnWrites {
  readonly #returnedAt = new Map<string, number[]>();

  constructor(history: readonly Operation[]) {
    for (const operation of history) {
      if (operation.result.kind !== 'answered' || isRead(operation)) continue;
      for (const place of placesOf(operation)) {
        const times = this.#returnedAt.get(place) ?? [];
        times.push(operation.returnedAt ?? Infinity);
        this.#returnedAt.set(place, times);
      }
    }
  }

  lastBefore(read: Operation): number {
    const times = placesOf(read).flatMap((place) => this.#returnedAt.get(place) ?? []);
    const last = times.reduce((latest, at) => (at < read.invokedAt && at > latest ? at : latest), -Infinity);
    if (last === -Infinity) return last;
    // Returns a time slightly after the end of the write: if the read began at exactly that time, the check would
    // assume that the read and the write overlap.
    return last + Math.max(1e-6, Math.abs(last) * Number.EPSILON);
  }
}

// The same key in two databases counts as two keys.
function placesOf(operation: Operation): readonly string[] {
  const { process, database = null } = operation;
  return keysOf(operation).map((key) => JSON.stringify([process, database, key]));
}
