import type { Command, Operation } from './operation.ts';

/** A weaker promise than linearizability, for a part of the history or for one kind of operation. */
export interface Contract {
  readonly name: string;
  /** The history in which everything that this contract does not promise is left open. */
  readonly weaken: (history: readonly Operation[]) => readonly Operation[];
}

const reads: ReadonlySet<string> = new Set(
  'get strlen mget exists llen lindex lrange scard sismember smembers hget hmget hgetall hlen hexists'.split(
    ' ',
  ),
);

/** Whether an operation changes nothing, whatever is stored. */
export function isRead({ commands }: Operation): boolean {
  return commands.every(isReadCommand);
}

/** Whether a command changes nothing, whatever is stored. */
export function isReadCommand({ name }: Command): boolean {
  return reads.has(name);
}

/**
 * A primary was lost before it replicated: writes that were acknowledged while one of these windows was open may be
 * lost or may have stayed, and what was read meanwhile may come from either primary. Everything before and after is
 * checked in full. Let a window begin with the fault, less the replication lag, and end when all clients follow the
 * new primary. Times are those of the history.
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
 * A near cache: a read may answer with what was stored at any moment of the last `maxMs` milliseconds before it was
 * issued. With `readYourWrites` (the default) never with anything older than the last acknowledged write of its own
 * process to one of its keys.
 *
 * @throws RangeError when `maxMs` is no positive number
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

/** When each process had its writes to each key acknowledged. */
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
    // At the same moment, the read would be taken for one that overlaps the write.
    return last + Math.max(1e-6, Math.abs(last) * Number.EPSILON);
  }
}

function placesOf({ process, commands }: Operation): readonly string[] {
  return commands.flatMap(({ args }) => args.slice(0, 1).map((key) => JSON.stringify([process, key])));
}
