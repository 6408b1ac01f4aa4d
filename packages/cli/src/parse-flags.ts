import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '@redis-resilience/core/protocol';
import { UsageError } from './usage-error.ts';

type Flags = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Flags> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/** Options that a command does not have, but that its users are likely to try. */
export interface LikelyFlags {
  readonly names: RegExp;
  /** The end of the error message, which says what to write instead of such an option. */
  readonly hint: string;
}

/** Parses flags and positional arguments. @throws UsageError for an unknown flag, or a flag without its value */
export function parseFlags<T extends Flags>(
  args: readonly string[],
  options: T,
  likely?: LikelyFlags,
): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [line = ''] = (error as Error).message.split(/[\n.]/);
    throw new UsageError(`${line}.${suggestionFor(line, Object.keys(options), likely)} Try --help.`);
  }
}

function suggestionFor(line: string, names: readonly string[], likely: LikelyFlags | undefined): string {
  const option = /^Unknown option '(--?[^'=]+)/.exec(line)?.[1];
  if (option === undefined) return '';
  if (likely?.names.test(option)) return ` ${likely.hint}`;
  const meant = option.startsWith('--') ? nearest(option.slice(2), names) : undefined;
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
