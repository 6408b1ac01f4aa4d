import { createRequire } from 'node:module';
import { ConfigurationError, type Clock } from '@redis-resilience/core';
import { withinDeadline } from '@redis-resilience/core/kit';
import type { ClassicLevel } from 'classic-level';
import { makePrivate } from './private-folder.ts';
import { silentFolder, unusableFolder } from './unusable-folder.ts';
import { decodeOutboxEntry, encodeOutboxEntry } from '../write/entry.ts';
import type { DeadEntry, Journal, JournalChange, JournalContents } from './journal.ts';

type Store = ClassicLevel;
type Operation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };

// LevelDB starts a new file after about this many bytes. The new file has the process's default permissions, so
// `makePrivate` has to run again.
const bytesOfNewFile = 1024 * 1024;
const openWithinMs = 10_000;

/**
 * A journal that LevelDB stores in a folder. The journal survives `kill -9` of the process and, with `fsync`, a power
 * cut. Only one process at a time may have the folder open. Changes that arrive while a batch is being written go into
 * the next batch. No other user of the machine can read the journal, because its data may be personal or secret.
 */
export class LevelJournal implements Journal {
  readonly #path: string;
  readonly #fsync: boolean;
  readonly #clock: Clock;
  #isGivenUp = false;
  #store: Store | undefined;
  #gathering: { changes: JournalChange[]; written: Promise<void> } | undefined;
  #last: Promise<void> = Promise.resolve();
  #writtenBytes = 0;

  /** @throws {@link ConfigurationError} when the package `classic-level` is not installed */
  constructor(path: string, fsync: boolean, clock: Clock) {
    checkInstalled();
    this.#path = path;
    this.#fsync = fsync;
    this.#clock = clock;
  }

  /** @throws {@link ConfigurationError} when the folder cannot be used, or does not answer within 10 s */
  open(): Promise<JournalContents> {
    return withinDeadline(this.#clock, openWithinMs, this.#open(), () => {
      this.#isGivenUp = true;
      return silentFolder(openWithinMs);
    });
  }

  write(changes: readonly JournalChange[]): Promise<void> {
    if (this.#gathering !== undefined) {
      this.#gathering.changes.push(...changes);
      return this.#gathering.written;
    }
    const gathering = { changes: [...changes], written: this.#last };
    // Waits for the previous batch, because changes to one entry must not overtake each other.
    gathering.written = this.#last.then(() => {
      this.#gathering = undefined;
      return this.#writeNow(gathering.changes);
    });
    this.#gathering = gathering;
    this.#last = gathering.written.catch(ignore);
    return gathering.written;
  }

  async close(): Promise<void> {
    await this.#last;
    if (this.#store === undefined) return;
    await this.#store.close();
    this.#store = undefined;
    await makePrivate(this.#path);
  }

  async #open(): Promise<JournalContents> {
    const { ClassicLevel } = await import('classic-level');
    let store: Store;
    try {
      await makePrivate(this.#path);
      store = new ClassicLevel(this.#path, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
      await store.open();
      await makePrivate(this.#path);
    } catch (error) {
      throw unusableFolder(error);
    }
    if (this.#isGivenUp) {
      await store.close();
      throw silentFolder(openWithinMs);
    }
    this.#store = store;
    return this.#recall(store);
  }

  async #writeNow(changes: readonly JournalChange[]): Promise<void> {
    const store = this.#store;
    if (store === undefined) throw new Error('The outbox is closed; nothing was kept.');
    const operations = changes.map(operationOf);
    await store.batch(operations, { sync: this.#fsync });
    for (const each of operations) this.#writtenBytes += each.type === 'put' ? each.value.length : 0;
    if (this.#writtenBytes < bytesOfNewFile) return;
    this.#writtenBytes = 0;
    await makePrivate(this.#path).catch(ignore);
  }

  async #recall(store: Store): Promise<JournalContents> {
    const entries = [];
    const dead: DeadEntry[] = [];
    const corrupt: Operation[] = [];
    for await (const [key, value] of store.iterator()) {
      const seq = Number(key.slice(1));
      try {
        if (key.startsWith('e')) entries.push(decodeOutboxEntry(seq, value));
        else dead.push(decodeDead(seq, value));
      } catch {
        corrupt.push({ type: 'del', key });
      }
    }
    if (corrupt.length > 0) await store.batch(corrupt);
    return { entries, dead, corrupt: corrupt.length };
  }
}

// The number is padded with zeros, so that LevelDB sorts the keys in the order of their numbers.
function keyOf(kind: 'e' | 'd', seq: number): string {
  return kind + String(seq).padStart(16, '0');
}

function operationOf(change: JournalChange): Operation {
  switch (change.type) {
    case 'put':
      return { type: 'put', key: keyOf('e', change.entry.seq), value: encodeOutboxEntry(change.entry) };
    case 'delete':
      return { type: 'del', key: keyOf('e', change.seq) };
    case 'bury':
      return { type: 'put', key: keyOf('d', change.dead.entry.seq), value: encodeDead(change.dead) };
    case 'unbury':
      return { type: 'del', key: keyOf('d', change.seq) };
    default: {
      const never: never = change;
      return never;
    }
  }
}

function encodeDead({ entry, reason, code, diedAt }: DeadEntry): string {
  return JSON.stringify({ reason, code, diedAt, entry: encodeOutboxEntry(entry) });
}

function decodeDead(seq: number, text: string): DeadEntry {
  const stored = JSON.parse(text) as Omit<DeadEntry, 'entry'> & { readonly entry: string };
  const { reason, code, diedAt } = stored;
  return { reason, code, diedAt, entry: decodeOutboxEntry(seq, stored.entry) };
}

function ignore(): void {
  // Nothing to do. If a batch fails, the callers of `write` get the error. If only the permissions of the files could
  // not be changed, the folder itself is still private.
}

// classic-level contains native code, so it is an optional peer dependency: only applications with a durable outbox
// install it.
function checkInstalled(): void {
  try {
    createRequire(import.meta.url).resolve('classic-level');
  } catch (error) {
    throw new ConfigurationError(
      'A durable outbox (option path) needs the package classic-level, which is not installed. ' +
        'Run: npm install classic-level',
      { cause: error },
    );
  }
}
