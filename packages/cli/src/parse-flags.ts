import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '@redis-resilience/core/protocol';
import { UsageError } from './usage-error.ts';

type Flags = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Flags> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/** Parses flags and positional arguments. @throws UsageError for an unknown flag, or a flag without its value */
export function parseFlags<T extends Flags>(args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [line = ''] = (error as Error).message.split(/[\n.]/);
    throw new UsageError(`${line}.${suggestionFor(line, Object.keys(options))} Try --help.`);
  }
}

function suggestionFor(line: string, names: readonly string[]): string {
  const typed = /^Unknown option '--([^'=]+)/.exec(line)?.[1];
  const meant = typed === undefined ? undefined : nearest(typed, names);
  return meant === undefined ? '' : ` Did you mean --${meant}?`;
}

/** Reads the value of a flag as a whole number within bounds. @throws UsageError that names the flag */
export function numberFlag(
  name: string,
  text: string | undefined,
  otherwise: number,
  [least, most]: readonly [number, number],
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}.`);
  }
  return value;
}
