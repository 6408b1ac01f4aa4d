import type { GuardedRequest, GuardedResponse } from './middleware.ts';

/**
 * Makes Express 4 pass the rejection of an async handler to the error handlers, as Express 5 does. On its own, Express
 * 4 ignores the promise that a handler returns, so a rejection would end the process. After the first call of this
 * function, all applications that use the same copy of Express 4 treat rejections as Express 5 does. This function
 * changes nothing in Express 5.
 */
export function passRejectionsOn({ app }: GuardedRequest): void {
  if (app === undefined || seen.has(app)) return;
  seen.add(app);
  const [layer] = (app as Application4)[router]?.stack ?? [];
  const prototype = layer === undefined ? undefined : (Object.getPrototypeOf(layer) as Layer4);
  if (prototype === undefined || !Object.hasOwn(prototype, 'handle_request') || seen.has(prototype)) return;
  seen.add(prototype);
  prototype.handle_request = handleRequest;
  prototype.handle_error = handleError;
}

// The name of a property that exists only in Express 4.
const router = '_router';

interface Application4 {
  readonly [router]?: { readonly stack?: readonly object[] };
}

const seen = new WeakSet<object>();

/** The object in which Express 4 keeps a middleware or a handler. */
interface Layer4 {
  readonly handle: (...args: unknown[]) => unknown;
  handle_request(req: GuardedRequest, res: GuardedResponse, next: Next): void;
  handle_error(error: unknown, req: GuardedRequest, res: GuardedResponse, next: Next): void;
}

type Next = (error?: unknown) => void;

function handleRequest(this: Layer4, req: GuardedRequest, res: GuardedResponse, next: Next): void {
  const { handle } = this;
  if (handle.length > 3) next();
  else call(next, (once) => handle(req, res, once));
}

function handleError(
  this: Layer4,
  error: unknown,
  req: GuardedRequest,
  res: GuardedResponse,
  next: Next,
): void {
  const { handle } = this;
  if (handle.length !== 4) next(error);
  else call(next, (once) => handle(error, req, res, once));
}

// Calls a handler, and passes its error or rejection to `next`. An error is passed on only once, because another
// library may have wrapped the handler in the same way, and have passed the error on already.
function call(next: Next, handle: (next: Next) => unknown): void {
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
