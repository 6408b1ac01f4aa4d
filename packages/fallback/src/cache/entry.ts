/** What the cache stores under a key, in this process and in Redis. */
export interface CacheEntry {
  /**
   * `value`: a value from the loader. `nothing`: the loader returned null or undefined. `invalidated`: the mark of an
   * invalidation; a value whose load began before the invalidation must not be used.
   */
  readonly kind: 'value' | 'nothing' | 'invalidated';
  /** The version of the entry: the wall-clock time at which the load began, or the invalidation was made. */
  readonly at: number;
  /** Wall-clock time until which the entry is fresh. */
  readonly freshUntil: number;
  /** Duration of the load in milliseconds; early refresh depends on it. */
  readonly loadMs: number;
  /** Random id of the cache object that created the entry, different in each process. */
  readonly writer: string;
  readonly payload: Buffer;
}

/** The payload of an entry without a value. */
export const noPayload: Buffer = Buffer.alloc(0);

/** Creates the entry that marks an invalidation at this time. */
export function invalidationEntry(at: number, writer: string): CacheEntry {
  return { kind: 'invalidated', at, freshUntil: at, loadMs: 0, writer, payload: noPayload };
}

const letters = { value: 'v', nothing: 'n', invalidated: 'i' } as const;
const kinds = { v: 'value', n: 'nothing', i: 'invalidated' } as const;
const header = /^rr1([vni])(\d+);([\w-]+);(\d+);(\d+)$/;
const maxHeaderBytes = 128;

/**
 * Encodes an entry as bytes: a text header, a line feed, and the value. The scripts in Redis read only the header, to
 * compare the versions of entries.
 *
 * @example
 * encodeEntry(entry); // rr1v1767225600000;k3x9;1767225660000;12\n{"name":"Chair"}
 */
export function encodeEntry(entry: CacheEntry): Buffer {
  const { kind, at, writer, freshUntil, loadMs } = entry;
  const head = `rr1${letters[kind]}${whole(at)};${writer};${whole(freshUntil)};${whole(loadMs)}\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), entry.payload]);
}

/** Decodes an entry. Returns undefined if the bytes are corrupt or were written by another program. */
export function decodeEntry(data: Buffer): CacheEntry | undefined {
  const end = data.subarray(0, maxHeaderBytes).indexOf(0x0a);
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
