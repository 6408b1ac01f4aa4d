/** A reply in the words of RESP, as a server sends it. */
export type ReplyText = string;

export const ok: ReplyText = '+OK\r\n';
export const nothing: ReplyText = '$-1\r\n';
/** What a blocking call is answered that took nothing. */
export const noList: ReplyText = '*-1\r\n';

export function simple(text: string): ReplyText {
  return `+${text}\r\n`;
}

export function failure(text: string): ReplyText {
  return `-${text}\r\n`;
}

export function integer(value: number): ReplyText {
  return `:${value}\r\n`;
}

export function bulk(text: string): ReplyText {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

export function list(...items: readonly ReplyText[]): ReplyText {
  return `*${items.length}\r\n${items.join('')}`;
}

/** Sent unasked on a connection that speaks RESP3. */
export function push(...items: readonly ReplyText[]): ReplyText {
  return `>${items.length}\r\n${items.join('')}`;
}

/** Names and values in turn. */
export function map(...items: readonly ReplyText[]): ReplyText {
  return `%${items.length / 2}\r\n${items.join('')}`;
}
