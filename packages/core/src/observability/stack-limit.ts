/**
 * Sets how many lines of their stacks errors capture, and returns the limit until now. Has no effect where the limit
 * cannot be written, such as with `node --frozen-intrinsics`: an assignment would throw there.
 */
export function setStackLimit(lines: number): number {
  const former = Error.stackTraceLimit;
  if (isWritable()) Error.stackTraceLimit = lines;
  return former;
}

function isWritable(): boolean {
  const property = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  if (property === undefined) return Object.isExtensible(Error);
  return property.writable ?? property.set !== undefined;
}
