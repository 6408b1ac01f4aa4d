import type { CauseCode } from '../cause.ts';
import type { Outcome } from '../errors.ts';
import type { Lane, Status } from '../snapshot.ts';

/** A status change. `durationMs` is how long the previous status had lasted. */
export interface StatusEntry {
  readonly kind: 'status';
  readonly at: Date;
  readonly from: Status;
  readonly to: Status;
  readonly cause: CauseCode | undefined;
  readonly durationMs: number;
}

/** A slow or failed command. Contains the command's name, sizes and times, never keys or values. */
export interface CommandEntry {
  readonly kind: 'command';
  readonly at: Date;
  /** Name of the command; `pipeline` or `multi` for several commands that were sent as a unit. */
  readonly command: string;
  /** Number of commands in the pipeline or MULTI; otherwise 1. */
  readonly commands: number;
  readonly lane: Lane;
  readonly keys: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Number of commands that were waiting or in flight when this entry was made. */
  readonly queue: number;
  readonly failure: { readonly code: string; readonly outcome: Outcome } | undefined;
}

export type HistoryEntry = StatusEntry | CommandEntry;

const maxStatuses = 100;
const maxCommands = 100;

/**
 * Keeps the last 100 status changes and, separately, the last 100 slow or failed commands. Failed commands, of which
 * there may be thousands, therefore do not displace the status changes.
 */
export class History {
  #statuses: StatusEntry[] | undefined;
  #commands: CommandEntry[] | undefined;

  add(entry: HistoryEntry): void {
    if (entry.kind === 'status') this.#statuses = keep(this.#statuses, entry, maxStatuses);
    else this.#commands = keep(this.#commands, entry, maxCommands);
  }

  list(): readonly HistoryEntry[] {
    const byTime = (left: HistoryEntry, right: HistoryEntry): number =>
      left.at.getTime() - right.at.getTime();
    return [...(this.#statuses ?? []), ...(this.#commands ?? [])].toSorted(byTime);
  }
}

function keep<T>(ring: T[] | undefined, entry: T, capacity: number): T[] {
  // V8 would reserve memory for 17 entries if the first entry were pushed to an empty array, but most rings never get a
  // second one.
  if (ring === undefined) return [entry];
  ring.push(entry);
  if (ring.length > capacity) ring.shift();
  return ring;
}
