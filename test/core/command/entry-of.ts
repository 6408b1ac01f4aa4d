import { Command } from 'ioredis';
import { Batch } from '../../../packages/core/src/command/batch.ts';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { track, type Entry, type EntryOwner } from '../../../packages/core/src/command/entry.ts';
import { lateRecord, type LateRecord } from '../../../packages/core/src/command/late-record.ts';

type Tracked = Parameters<typeof track>[1];

const nobody: EntryOwner = { answered: () => undefined, failed: () => undefined };

/** A tracked call as the gate makes it. */
export function entryOf(name: string, ...args: string[]): Entry {
  const command = new Command(name, args) as unknown as Tracked;
  command.promise.catch(() => undefined);
  return track(nobody, command, traitsOf(name));
}

/** The same, as a call that waits until `expiresAt`. */
export function waitingEntry(expiresAt: number, bytes = 0): { entry: Entry; late: LateRecord } {
  const entry = entryOf('get', 'a');
  const late = lateRecord({ issuedAt: 0, allowedMs: expiresAt, bytes });
  entry.late = late;
  return { entry, late };
}

/** A pipeline of calls, tracked as a whole. */
export function batchOf(...calls: readonly (readonly [string, ...string[]])[]): {
  entry: Entry;
  batch: Batch;
} {
  const batch = new Batch();
  const commands = calls.map(([name, ...args]) => {
    const command = new Command(name, args) as unknown as Tracked;
    command.promise.catch(() => undefined);
    batch.add(command);
    return command;
  });
  const entry = track(nobody, commands[0] as Tracked, traitsOf(calls[0]?.[0] ?? ''));
  entry.batch = batch;
  entry.late = lateRecord({ issuedAt: 0, allowedMs: 1_000 });
  batch.isComplete = true;
  return { entry, batch };
}

/** An error as the driver makes it of an error reply. */
export function replyError(message: string): Error {
  const error = new Error(message);
  error.name = 'ReplyError';
  return error;
}
