import type { DriverCommand, JoinedCommand } from '../../driver/driver-command.ts';
import { encodeArguments } from './encode-arguments.ts';
import { RawCommand, type MapError } from './raw-command.ts';

/** The replies to commands that were sent as one: the bytes of each reply, or its error. */
export type JoinedAnswers = readonly (Buffer | Error | undefined)[];

/** Number of replies that are due on a connection in addition to one for each command in the client's queue. */
export interface FurtherReplies {
  count: number;
}

/** Several commands that are sent as one: the client treats them as a single command with several replies. */
export class RawTogether extends RawCommand {
  readonly joined: readonly JoinedCommand[];
  readonly #present: () => FurtherReplies;
  /** The count of further replies that are due on the connection on which these commands were sent. */
  #further: FurtherReplies | undefined;
  #missing = 0;

  /** `present` returns the count of further replies that are due on the client's current connection. */
  constructor(
    joined: readonly JoinedCommand[],
    read: (answers: JoinedAnswers) => unknown,
    fail: MapError,
    present: () => FurtherReplies,
  ) {
    super(['pipeline'], read as (answers: unknown) => unknown, fail);
    this.joined = joined;
    this.#present = present;
  }

  // Encodes the commands each time they are sent, after which all their replies are due again.
  override toWritable(): string | Buffer {
    // The commands are encoded before the replies are counted, because encoding throws if the bytes are too many for a
    // string.
    const bytes = encodeArguments(this.joined);
    this.#missing = this.joined.length;
    this.#further = this.#present();
    this.#further.count += this.#missing - 1;
    return bytes;
  }

  /** Call when one of the replies has arrived. Returns whether all replies have now arrived. */
  isLast(): boolean {
    if (--this.#missing === 0) return true;
    if (this.#further !== undefined) this.#further.count--;
    return false;
  }

  override getKeys(): unknown[] {
    return [];
  }
}

export function isTogether(command: DriverCommand | undefined): command is RawTogether {
  return command?.joined !== undefined;
}
