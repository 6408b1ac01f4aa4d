/** A reply in a form that JSON can represent: a Buffer, number or boolean from a client has been converted to text. */
export type Reply =
  string | null | readonly Reply[] | { readonly fields: readonly string[] } | { readonly error: string };

/** Normalises the value with which a client resolved, so that replies of all clients can be compared. */
export function replyOf(value: unknown): Reply {
  if (value === null || value === undefined) return null;
  if (value instanceof Error) return { error: value.message };
  if (Buffer.isBuffer(value)) return value.toString();
  if (Array.isArray(value)) return value.map(replyOf);
  if (value instanceof Set) return [...value].map(replyOf);
  if (value instanceof Map) return { fields: [...value].flat().map(textOf) };
  if (typeof value === 'object') return { fields: Object.entries(value).flat().map(textOf) };
  return textOf(value);
}

/** Normalises a client's result for a MULTI of the commands with these names. */
export function transactionReplyOf(value: unknown, names: readonly string[]): Reply {
  return Array.isArray(value) ? valuesIn(value, names).map(replyOf) : replyOf(value);
}

/**
 * Returns a client's results for several commands, each of which is a value or an error. Only ioredis wraps each
 * result, in a pair of error and value.
 */
export function valuesIn(replies: readonly unknown[], names: readonly string[]): readonly unknown[] {
  return replies.every((reply, index) => isPair(reply, names[index] ?? ''))
    ? replies.map((pair) => (pair as readonly unknown[])[0] ?? (pair as readonly unknown[])[1])
    : replies;
}

/**
 * Whether two replies are the same. The order of a hash's fields never counts, because the server chooses it. With
 * `isUnordered`, the order of the items does not count either, as for the members of a set.
 */
export function isSameReply(expected: Reply, given: Reply, isUnordered = false): boolean {
  if (typeof expected === 'string' || expected === null) {
    return (
      expected === given || (expected === '1' && given === 'true') || (expected === '0' && given === 'false')
    );
  }
  if ('error' in expected) return given !== null && typeof given === 'object' && 'error' in given;
  if ('fields' in expected) return isSameFields(expected.fields, fieldsIn(given));
  const items = itemsIn(given);
  if (items?.length !== expected.length) return false;
  const [left, right] = isUnordered ? [sorted(expected), sorted(items)] : [expected, items];
  return left.every((item, index) => isSameReply(item, right[index] ?? null));
}

/** Returns a reply in readable form, shortened. */
export function shownReply(reply: Reply, mostItems = 8): string {
  if (reply === null) return 'null';
  if (typeof reply === 'string') return reply.length > 40 ? `${reply.slice(0, 37)}...` : reply;
  if ('error' in reply) return `error ${reply.error.split(' ')[0]}`;
  const items = 'fields' in reply ? reply.fields : reply;
  const shown = items
    .slice(0, mostItems)
    .map((item) => shownReply(item))
    .join(' ');
  return `[${shown}${items.length > mostItems ? ` ... ${items.length} in all` : ''}]`;
}

function fieldsIn(reply: Reply): readonly string[] | undefined {
  if (reply === null || typeof reply === 'string' || 'error' in reply) return undefined;
  if ('fields' in reply) return reply.fields;
  return reply.every((item) => typeof item === 'string') ? reply : undefined;
}

/** Returns the items of a list. In node-redis, the reply to a blocking pop is an object `{ key, element }`. */
function itemsIn(reply: Reply): readonly Reply[] | undefined {
  if (Array.isArray(reply)) return reply as readonly Reply[];
  return fieldsIn(reply)?.filter((_, index) => index % 2 === 1);
}

function isSameFields(expected: readonly string[], given: readonly string[] | undefined): boolean {
  return given !== undefined && pairsOf(expected) === pairsOf(given);
}

function pairsOf(fields: readonly string[]): string {
  const pairs: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    pairs.push(JSON.stringify([fields[index], fields[index + 1]]));
  }
  return pairs.toSorted().join();
}

function sorted(replies: readonly Reply[]): readonly Reply[] {
  return replies.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

const listsWithNulls: ReadonlySet<string> = new Set(['mget', 'hmget']);

/**
 * Whether an item is a pair of error and value, as ioredis returns for each command; for a failed command, the pair has
 * no value. The reply of MGET for two keys also looks like a pair of error and value if the first key is missing.
 */
function isPair(item: unknown, name: string): boolean {
  if (!Array.isArray(item) || item.length > 2) return false;
  if (item[0] instanceof Error) return true;
  const isReply = listsWithNulls.has(name) && !Array.isArray(item[1]);
  return item.length === 2 && item[0] === null && !isReply;
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString() : String(value);
}
