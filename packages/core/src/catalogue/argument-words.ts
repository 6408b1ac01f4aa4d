/** The argument as an upper-case word to compare with the server's keywords; '' when there is none. */
export function wordAt(args: readonly unknown[], index: number): string {
  const text = textAt(args, index);
  // The argument may be a value of megabytes; no keyword is longer than this.
  return text.length > longestKeyword ? '' : text.toUpperCase();
}

/** The argument as text, whether it was given as text, as a number or as bytes; '' when there is none. */
export function textAt(args: readonly unknown[], index: number): string {
  const value = args[index];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    : '';
}

/** The argument as the server reads an integer; NaN when it is not one. */
export function integerAt(args: readonly unknown[], index: number): number {
  const text = textAt(args, index);
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The argument as the server reads a decimal number; NaN when it is not one. */
export function decimalAt(args: readonly unknown[], index: number): number {
  const text = textAt(args, index);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** Whether the text stands among the arguments from `from` up to, and without, `to`. */
export function hasText(args: readonly unknown[], text: string, from: number, to = args.length): boolean {
  for (let index = from; index < to; index++) if (textAt(args, index) === text) return true;
  return false;
}

const longestKeyword = 24;
