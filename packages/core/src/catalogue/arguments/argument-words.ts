/**
 * Returns the argument in upper case, to compare it with keywords of the server; '' if the argument is missing, or
 * longer than any keyword.
 */
export function wordAt(args: readonly unknown[], index: number): string {
  const text = textAt(args, index);
  // An argument may be a value of several megabytes, which would be slow to convert.
  return text.length > longestKeyword ? '' : text.toUpperCase();
}

/** Returns the argument as text if it is text, a number or bytes; otherwise, or if it is missing, returns ''. */
export function textAt(args: readonly unknown[], index: number): string {
  const value = args[index];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    : '';
}

/**
 * Parses the argument as a decimal integer. Returns NaN if the argument is not a decimal integer. Accepts some
 * notations that the server refuses, such as `007`.
 */
export function integerAt(args: readonly unknown[], index: number): number {
  const text = textAt(args, index);
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Parses the argument as a decimal or hexadecimal number, as the server does; NaN if the argument is not a number. */
export function decimalAt(args: readonly unknown[], index: number): number {
  const text = textAt(args, index);
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const [, sign, whole = '', part = '', , exponent = '0'] = hexadecimal.exec(text) ?? [];
  const digits = Number.parseInt(whole + part, 16);
  return (sign === '-' ? -1 : 1) * digits * 2 ** (Number(exponent) - 4 * part.length);
}

/** Returns whether the text is among the arguments from `from` up to, but not including, `to`. */
export function hasText(args: readonly unknown[], text: string, from: number, to = args.length): boolean {
  for (let index = from; index < to; index++) if (textAt(args, index) === text) return true;
  return false;
}

const longestKeyword = 24;

const hexadecimal = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(p([+-]?\d+))?$/i;
