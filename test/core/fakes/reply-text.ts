/** The RESP encoding of a reply. */
export type ReplyText = string;

export const ok: ReplyText = '+OK\r\n';
export const nothing: ReplyText = '$-1\r\n';
/** The reply to a blocking command that timed out without an element. */
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

/** Encodes a RESP3 push message, which the server sends without a request. */
export function push(...items: readonly ReplyText[]): ReplyText {
  return `>${items.length}\r\n${items.join('')}`;
}

/** Encodes a map; `items` alternate between keys and values. */
export function map(...items: readonly ReplyText[]): ReplyText {
  return `%${items.length / 2}\r\n${items.join('')}`;
}
