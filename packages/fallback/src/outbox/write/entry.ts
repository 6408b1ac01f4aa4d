/** One argument of a write. */
export type WriteArgument = string | Buffer;

/** One write in the outbox. */
export interface OutboxEntry {
  /**
   * Position in the order in which writes were added, across all keys and, in a durable outbox, across all runs of the
   * process.
   */
  readonly seq: number;
  /** The id that `applyOnce` uses for the write. */
  readonly id: string;
  /** Whether the caller set the id. A write whose id the caller has set is never merged into another. */
  readonly hasOwnId: boolean;
  readonly command: string;
  readonly args: readonly WriteArgument[];
  readonly key: string;
  /** Wall-clock time of the `add` call. */
  readonly createdAt: number;
  readonly bytes: number;
  /**
   * The only database to which the write may be sent, because that database may have received the write before.
   * Undefined if the write may be sent to any database.
   */
  readonly database: string | undefined;
}

const overheadBytes = 200;

export function bytesOf(args: readonly WriteArgument[]): number {
  return args.reduce((sum, arg) => sum + Buffer.byteLength(arg), overheadBytes);
}

type StoredArgument = string | { readonly b: string };
type Stored = readonly [
  id: string,
  own: 0 | 1,
  command: string,
  key: string,
  createdAt: number,
  args: StoredArgument[],
  database: string | null | undefined,
];

export function encodeOutboxEntry(entry: OutboxEntry): string {
  const { id, hasOwnId, command, key, createdAt, args, database } = entry;
  const stored: Stored = [
    id,
    hasOwnId ? 1 : 0,
    command,
    key,
    createdAt,
    args.map((arg) => (typeof arg === 'string' ? arg : { b: arg.toString('base64') })),
    database ?? null,
  ];
  return JSON.stringify(stored);
}

/** @throws when the text is not a valid entry */
export function decodeOutboxEntry(seq: number, text: string): OutboxEntry {
  const [id, own, command, key, createdAt, storedArgs, stored] = JSON.parse(text) as Stored;
  const args = storedArgs.map((arg) => (typeof arg === 'string' ? arg : Buffer.from(arg.b, 'base64')));
  return {
    seq,
    id,
    hasOwnId: own === 1,
    command,
    key,
    createdAt,
    args,
    bytes: bytesOf(args),
    database: stored ?? undefined,
  };
}
