/**
 * Returns a signal that aborts with `signal`, for the listeners of one operation: if each of many operations added a
 * listener to a shared signal, Node would warn of a memory leak.
 */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal === undefined ? undefined : AbortSignal.any([signal]);
}
