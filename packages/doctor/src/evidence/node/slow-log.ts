import type { Reply } from '@redis-resilience/core/protocol';
import { listOf } from '../../wire/reply-fields.ts';

/** One entry of the slow log, with the name of the command, but never its arguments. */
export interface SlowEntry {
  readonly command: string;
  readonly durationMs: number;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** Parses the reply to SLOWLOG GET. */
export function slowEntriesOf(reply: Reply | undefined): readonly SlowEntry[] {
  return listOf(reply).flatMap((entry) => {
    const [, at, microseconds, args] = listOf(entry);
    const [command] = listOf(args);
    if (typeof command !== 'string') return [];
    const name = /^[A-Za-z][A-Za-z.]{0,31}$/.test(command) ? command.toUpperCase() : '?';
    return [{ command: name, durationMs: Number(microseconds) / 1000, at: Number(at) }];
  });
}
