import { codeOfReply } from './reply-error.ts';

/**
 * One reply, in the form of RESP2 for both protocols: a map is a flat array of names and values, a set is an array, a
 * double is a number. An integer that does not fit into a number is a bigint. Error replies and pushes are values, not
 * exceptions.
 */
export type Reply = string | number | bigint | boolean | null | ErrorReply | PushReply | readonly Reply[];

/** An error reply, verbatim. */
export class ErrorReply extends Error {
  override readonly name = 'ErrorReply';

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
