export type Next = (error?: unknown) => void;

/**
 * Calls a handler, and passes its error or rejection to `next`. An error is passed on only once, because another
 * library may have wrapped the handler in the same way, and have passed the error on already.
 */
export function passErrorOn(next: Next, handle: (next: Next) => unknown): void {
  let passed: unknown;
  const once: Next = (error) => {
    if (error !== undefined && error === passed) return;
    passed = error;
    next(error);
  };
  const rejected = (error: unknown): void => once(error ?? new Error('A handler rejected without an error.'));
  try {
    const returned = handle(once);
    if (isPromiseLike(returned)) returned.then(undefined, rejected);
  } catch (error) {
    once(error);
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
