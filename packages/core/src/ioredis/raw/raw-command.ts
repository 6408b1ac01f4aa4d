import { Command } from 'ioredis';
import type { DriverCommand, JoinedCommand } from '../../driver/driver-command.ts';
import type { TrackedCall } from '../../driver/tracked-call.ts';
import { encodeArguments } from './encode-arguments.ts';

/** Makes the error that the caller gets. */
export type MapError = (error: Error) => Error;

/** Makes the answer of a command from the bytes of its reply; null stands for each kind of null. */
export type ReadReply = (bytes: Buffer | null) => unknown;

/**
 * A command whose reply ioredis does not read: `read` gets its bytes, error replies excepted. It is sent with its name
 * as it was given, because a server repeats that in its error replies. It has of ioredis' own class what its client
 * asks of a command, and nothing else, because one is made for each call.
 */
export class RawCommand implements DriverCommand {
  readonly isRaw = true;
  readonly name: string;
  readonly args: unknown[];
  readonly promise: Promise<unknown>;
  /** Its own deadline in milliseconds; undefined: that of the resilience. */
  readonly timeoutMs: number | undefined;
  resolve: (value: unknown) => unknown;
  reject: (error: Error) => unknown;
  call: TrackedCall | undefined = undefined;
  inTransaction = false;
  isTraced = false;
  protocol: number = 2;
  replyMapping: string = 'legacy';
  readonly #given: JoinedCommand;

  constructor(given: JoinedCommand, read: ReadReply, fail: MapError, timeoutMs?: number) {
    this.#given = given;
    this.name = nameOf(given[0]);
    this.args = given.slice(1);
    this.timeoutMs = timeoutMs;
    let settle: readonly [(value: unknown) => void, (error: Error) => void] | undefined;
    const promise = new Promise((resolve, reject) => {
      settle = [resolve, reject];
    });
    const [onAnswer, onError] = settle as unknown as readonly [
      (value: unknown) => void,
      (error: Error) => void,
    ];
    this.promise = promise;
    this.reject = (error) => onError(fail(error));
    this.resolve = (bytes) => {
      try {
        onAnswer(read(bytes as Buffer | null));
      } catch (error) {
        onError(error as Error);
      }
      return promise;
    };
  }

  toWritable(): string | Buffer {
    return encodeArguments([this.#given]);
  }

  getKeys(): unknown[] {
    return new Command(this.name, this.args as string[]).getKeys();
  }

  /** The reply is read by the command, whatever the protocol. */
  setReplyContext(): void {
    // See above.
  }

  /** Deadlines are those of the resilience. */
  setTimeout(): void {
    // See above.
  }

  setBlockingTimeout(): void {
    // As for setTimeout.
  }

  extractBlockingTimeout(): undefined {
    return undefined;
  }
}

/** The arguments with the prefix before each key. */
export function prefixed([verb, ...args]: JoinedCommand, keyPrefix: string): JoinedCommand {
  return [verb, ...(new Command(nameOf(verb), args, { keyPrefix }).args as (string | Buffer)[])];
}

const names = new Map<string, string>();
const maxNames = 1000;

// Lower case costs as much as the rest of the command, and there are few names.
export function nameOf(verb: string): string {
  const known = names.get(verb);
  if (known !== undefined) return known;
  const name = verb.toLowerCase();
  if (names.size < maxNames) names.set(verb, name);
  return name;
}
