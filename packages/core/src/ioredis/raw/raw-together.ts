import type { DriverCommand, JoinedCommand } from '../../driver/driver-command.ts';
import { encodeArguments } from './encode-arguments.ts';
import { RawCommand, type MapError } from './raw-command.ts';

/** The answers to commands that were sent as one: the bytes of a reply, or the error that it is. */
export type JoinedAnswers = readonly (Buffer | Error | undefined)[];

/** Replies that a connection still owes beyond one for each command that its client waits for. */
export interface FurtherReplies {
  count: number;
}

/** Commands that are sent as one: to the client they are a single command, which has as many replies. */
export class RawTogether extends RawCommand {
  readonly joined: readonly JoinedCommand[];
  readonly #present: () => FurtherReplies;
  /** Of the connection on which it was sent. */
  #further: FurtherReplies | undefined;
  #missing = 0;

  /** `present` gives the further replies of the connection that the client has now. */
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

  // It is sent, perhaps again: its replies begin.
  override toWritable(): string | Buffer {
    this.#missing = this.joined.length;
    this.#further = this.#present();
    this.#further.count += this.#missing - 1;
    return encodeArguments(this.joined);
  }

  /** One more reply is here; returns whether it was the last one. */
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
