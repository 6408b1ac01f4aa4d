/** Returns the argument in upper case, for comparison with the server's keywords, or '' if there is none. */
export function wordAt(args: readonly unknown[], index: number): string {
  const text = textAt(args, index);
  // The argument may be a value of several megabytes; no keyword is longer than this.
  return text.length > longestKeyword ? '' : text.toUpperCase();
}

/** Returns the argument as text, whether it was passed as text, a number or bytes, or '' if there is none. */
export function textAt(args: readonly unknown[], index: number): string {
  const value = args[index];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    : '';
}

/** Parses the argument as an integer, as the server does; NaN if it is not one. */
export function integerAt(args: readonly unknown[], index: number): number {
  const text = textAt(args, index);
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Parses the argument as a decimal number, as the server does; NaN if it is not one. */
export function decimalAt(args: readonly unknown[], index: number): number {
  const text = textAt(args, index);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** Returns whether the text is among the arguments from `from` up to, but not including, `to`. */
export function hasText(args: readonly unknown[], text: string, from: number, to = args.length): boolean {
  for (let index = from; index < to; index++) if (textAt(args, index) === text) return true;
  return false;
}

const longestKeyword = 24;
