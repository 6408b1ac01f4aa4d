import type { DriverCommand, JoinedCommand } from '../../driver/driver-command.ts';
import { encodeArguments } from './encode-arguments.ts';
import { RawCommand, type MapError } from './raw-command.ts';

/** The answers to commands that were sent as one: the bytes of a reply, or the error that it is. */
export type JoinedAnswers = readonly (Buffer | Error | undefined)[];

/** Commands that are sent as one: to the client they are a single command, which has as many replies. */
export class RawTogether extends RawCommand {
  readonly joined: readonly JoinedCommand[];
  #missing = 0;

  constructor(joined: readonly JoinedCommand[], read: (answers: JoinedAnswers) => unknown, fail: MapError) {
    super(['pipeline'], read as (answers: unknown) => unknown, fail);
    this.joined = joined;
  }

  // It is sent, perhaps again: its replies begin.
  override toWritable(): string | Buffer {
    this.#missing = this.joined.length;
    return encodeArguments(this.joined);
  }

  /** One more reply is here; returns whether it was the last one. */
  isLast(): boolean {
    return --this.#missing === 0;
  }

  override getKeys(): unknown[] {
    return [];
  }
}

export function isTogether(command: DriverCommand | undefined): command is RawTogether {
  return command?.joined !== undefined;
}
