/** Bytes that a command's arguments hold on to, near enough for a bound: strings count by their length. */
export function sizeOf(args: readonly unknown[]): number {
  let bytes = 0;
  for (const arg of args) {
    if (typeof arg === 'string') bytes += arg.length;
    else if (arg instanceof Uint8Array) bytes += arg.byteLength;
    else bytes += 8;
  }
  return bytes;
}
