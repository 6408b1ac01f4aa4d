import { Command } from 'ioredis';
import type { DriverCommand, JoinedCommand } from '../../driver/driver-command.ts';
import type { TrackedCall } from '../../driver/tracked-call.ts';
import { encodeArguments } from './encode-arguments.ts';

/** Converts an error to the one that the caller gets. */
export type MapError = (error: Error) => Error;

/** Turns the bytes of a reply into a result; null stands for every kind of RESP null. */
export type ReadReply = (bytes: Buffer | null) => unknown;

/**
 * A command whose reply ioredis does not parse: `read` gets the bytes, except those of error replies. The name of the
 * command is sent exactly as given, because servers repeat the name in error replies. The class has only the parts of
 * ioredis' own command class that the client uses, because an instance is created for each call.
 */
export class RawCommand implements DriverCommand {
  readonly isRaw = true;
  readonly name: string;
  readonly args: unknown[];
  readonly promise: Promise<unknown>;
  /** Deadline of this command in milliseconds; undefined for the deadline that is configured for all commands. */
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

  setReplyContext(): void {
    // Nothing to set, because the command reads its own reply in either protocol.
  }

  setTimeout(): void {
    // Nothing to set, because this library enforces all deadlines itself.
  }

  setBlockingTimeout(): void {
    // Nothing to set, because this library enforces all deadlines itself.
  }

  extractBlockingTimeout(): undefined {
    return undefined;
  }
}

/** Returns the arguments with the prefix added to each key. */
export function prefixed([verb, ...args]: JoinedCommand, keyPrefix: string): JoinedCommand {
  return [verb, ...(new Command(nameOf(verb), args, { keyPrefix }).args as (string | Buffer)[])];
}

const names = new Map<string, string>();
const maxNames = 1000;

// The name in lower case is cached, because the conversion costs as much as the rest of the command, and there are few
// names.
export function nameOf(verb: string): string {
  const known = names.get(verb);
  if (known !== undefined) return known;
  const name = verb.toLowerCase();
  if (names.size < maxNames) names.set(verb, name);
  return name;
}
