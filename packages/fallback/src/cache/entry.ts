/** What the cache keeps under a key, here and in Redis. */
export interface CacheEntry {
  /** `nothing`: the loader found nothing, and that is remembered. `invalidated`: nothing older than this may be used. */
  readonly kind: 'value' | 'nothing' | 'invalidated';
  /** Wall clock when the load began, or the invalidation was made: the version of the entry. */
  readonly at: number;
  /** Wall clock until which it is fresh. */
  readonly freshUntil: number;
  /** How long the load took, in milliseconds: what early refresh is decided by. */
  readonly loadMs: number;
  /** Which process made it. */
  readonly writer: string;
  readonly payload: Buffer;
}

const letters = { value: 'v', nothing: 'n', invalidated: 'i' } as const;
const kinds = { v: 'value', n: 'nothing', i: 'invalidated' } as const;
const header = /^rr1([vni])(\d+);([\w-]+);(\d+);(\d+)$/;
const maxHeader = 128;

/**
 * An entry as bytes: a header of text, a line feed, and the value. Scripts compare versions by the header alone.
 *
 * @example
 * encodeEntry(entry); // rr1v1767225600000;k3x9;1767225660000;12\n{"name":"Chair"}
 */
export function encodeEntry(entry: CacheEntry): Buffer {
  const { kind, at, writer, freshUntil, loadMs } = entry;
  const head = `rr1${letters[kind]}${whole(at)};${writer};${whole(freshUntil)};${whole(loadMs)}\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), entry.payload]);
}

/** The entry in these bytes; undefined when they are not an entry: corrupt, or somebody else's. */
export function decodeEntry(data: Buffer): CacheEntry | undefined {
  const end = data.subarray(0, maxHeader).indexOf(0x0a);
  if (end < 0) return undefined;
  const match = header.exec(data.toString('latin1', 0, end));
  if (match === null) return undefined;
  const [, letter, at, writer, freshUntil, loadMs] = match as unknown as [
    string,
    'v' | 'n' | 'i',
    string,
    string,
    string,
    string,
  ];
  return {
    kind: kinds[letter],
    at: Number(at),
    writer,
    freshUntil: Number(freshUntil),
    loadMs: Number(loadMs),
    payload: data.subarray(end + 1),
  };
}

function whole(ms: number): number {
  return Math.max(0, Math.round(ms));
}
