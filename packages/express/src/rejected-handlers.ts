import type { GuardedRequest, GuardedResponse } from './middleware.ts';
import { passErrorOn, type Next } from './pass-error-on.ts';
import { passParamRejectionsOn, type Router4 } from './rejected-params.ts';

/**
 * Makes Express 4 pass the rejection of an async handler, or of an async `param` callback, to the error handlers, as
 * Express 5 does. On its own, Express 4 ignores the promise that a handler returns, so a rejection would end the
 * process. After the first call of this function, all applications that use the same copy of Express 4 treat rejections
 * as Express 5 does. This function changes nothing in Express 5.
 */
export function passRejectionsOn({ app }: GuardedRequest): void {
  if (app === undefined || seen.has(app)) return;
  seen.add(app);
  const router4 = (app as Application4)[router];
  const [layer] = router4?.stack ?? [];
  const prototype = layer === undefined ? undefined : (Object.getPrototypeOf(layer) as Layer4);
  if (prototype === undefined || !Object.hasOwn(prototype, 'handle_request') || seen.has(prototype)) return;
  seen.add(prototype);
  prototype.handle_request = handleRequest;
  prototype.handle_error = handleError;
  if (router4 !== undefined) passParamRejectionsOn(Object.getPrototypeOf(router4) as Router4);
}

// The name of a property that exists only in Express 4.
const router = '_router';

interface Application4 {
  readonly [router]?: Router4 & { readonly stack?: readonly object[] };
}

const seen = new WeakSet<object>();

/** The object in which Express 4 keeps a middleware or a handler. */
interface Layer4 {
  readonly handle: (...args: unknown[]) => unknown;
  handle_request(req: GuardedRequest, res: GuardedResponse, next: Next): void;
  handle_error(error: unknown, req: GuardedRequest, res: GuardedResponse, next: Next): void;
}

function handleRequest(this: Layer4, req: GuardedRequest, res: GuardedResponse, next: Next): void {
  const { handle } = this;
  if (handle.length > 3) next();
  else passErrorOn(next, (once) => handle(req, res, once));
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
  else passErrorOn(next, (once) => handle(error, req, res, once));
}
