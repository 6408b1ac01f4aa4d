import { setStackLimit } from '../observability/stack-limit.ts';
import { codeOfReply } from './reply-error.ts';

/**
 * One reply, in RESP2 or RESP3. Aggregates of RESP3 have the form that RESP2 gives them: a map is a flat array of names
 * and values, and a set is an array. A double is a number, and an integer that does not fit into a number is a bigint.
 * Error replies and pushes are values, not exceptions.
 */
export type Reply = string | number | bigint | boolean | null | ErrorReply | PushReply | readonly Reply[];

// Number of stack lines of an `ErrorReply`, as in redis-parser. Without any stack line, code that replaces the stack
// with the stack of the caller would find no line to replace.
const shortestStack = 2;

/** An error reply, whose message is the unchanged text of the reply. */
export class ErrorReply extends Error {
  override readonly name = 'ErrorReply';

  constructor(message: string) {
    // The stack is cut short: it shows only where the reply was parsed, which helps nobody, and one reply may contain a
    // million errors.
    const limit = setStackLimit(shortestStack);
    super(message);
    setStackLimit(limit);
  }

  /** The first word of the reply, such as `NOAUTH` or `ERR`. */
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
