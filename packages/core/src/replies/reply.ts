import { codeOfReply } from './reply-error.ts';

/**
 * One reply of either protocol. The aggregates of RESP3 take the form that they have in RESP2: a map is a flat array of
 * names and values, a set is an array. A double is a number, and an integer that does not fit into a number is a
 * bigint. Error replies and pushes are values, not exceptions.
 */
export type Reply = string | number | bigint | boolean | null | ErrorReply | PushReply | readonly Reply[];

// As in redis-parser. Code that replaces the stack with that of the caller needs a line to replace.
const shortestStack = 2;

/** An error reply, verbatim. */
export class ErrorReply extends Error {
  override readonly name = 'ErrorReply';

  constructor(message: string) {
    // The stack of the reader is useless, and a server may send a million errors in one reply.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = shortestStack;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }

  /** The first word of the reply: `NOAUTH`, `ERR`. */
  get code(): string {
    return codeOfReply(this.message);
  }
}

/** A RESP3 message that the server sends unprompted, not as the reply to a command. */
export class PushReply {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}
