import { codeOfReply } from './reply-error.ts';

/**
 * One reply, in the shapes of RESP2 for both protocols: a map is a flat list of names and values, a set is a list, a
 * double is a number. An integer that a number cannot hold is a bigint. Error replies and pushes are data: nothing
 * here is thrown.
 */
export type Reply = string | number | bigint | boolean | null | ErrorReply | PushReply | readonly Reply[];

/** An error reply, word for word as the server sent it. */
export class ErrorReply extends Error {
  override readonly name = 'ErrorReply';

  /** Its first word: `NOAUTH`, `ERR`. */
  get code(): string {
    return codeOfReply(this.message);
  }
}

/** A message that the server sends of its own accord (RESP3), not as the reply to a command. */
export class PushReply {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}
