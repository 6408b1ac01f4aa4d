/**
 * Returns a new signal that aborts when `signal` does, for one operation to add its listeners to. If many operations
 * added their listeners to one shared signal, Node would warn of a memory leak.
 */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal === undefined ? undefined : AbortSignal.any([signal]);
}
