import { Command } from 'ioredis';

/** Makes the answer of a command from the bytes of its reply; null stands for each kind of null. */
export type ReadReply = (bytes: Buffer | null) => unknown;

/**
 * A command whose reply ioredis does not read: `read` gets its bytes, error replies excepted. It is sent with its name
 * as it was given, because a server repeats that in its error replies.
 */
export class RawCommand extends Command {
  readonly isRaw = true;
  /** Its own deadline in milliseconds; undefined: that of the resilience. */
  readonly timeoutMs: number | undefined;
  readonly #verb: string;
  readonly #read: ReadReply;

  constructor(
    [verb, ...args]: readonly [string, ...(string | Buffer)[]],
    read: ReadReply,
    keyPrefix: string | undefined,
    timeoutMs?: number,
  ) {
    super(nameOf(verb), args, keyPrefix ? { keyPrefix } : noOptions);
    this.#verb = verb;
    this.#read = read;
    this.timeoutMs = timeoutMs;
  }

  override toWritable(...args: Parameters<Command['toWritable']>): string | Buffer {
    const { name } = this;
    this.name = this.#verb;
    const bytes = super.toWritable(...args);
    this.name = name;
    return bytes;
  }

  // ioredis calls it with what the command is resolved with, and takes what it returns as the answer.
  override transformReply(bytes: Buffer | Buffer[] | null): Buffer {
    return this.#read(bytes as Buffer | null) as Buffer;
  }
}

const noOptions = {};
const names = new Map<string, string>();
const maxNames = 1000;

// Lower case costs as much as the rest of the command, and there are few names.
function nameOf(verb: string): string {
  const known = names.get(verb);
  if (known !== undefined) return known;
  const name = verb.toLowerCase();
  if (names.size < maxNames) names.set(verb, name);
  return name;
}
