import type { Internals, OwnConnector } from '../internals.ts';

/**
 * Lets an attempt fail before it opens a socket, so that the server does not see a connection that nobody uses. This is
 * possible only in the turn of the event loop in which the client was made, because ioredis opens the socket in the
 * next tick. Returns a function that ends this; call it when the attempt has failed.
 *
 * A client that was told to connect opens its socket: its caller waits for the promise of that attempt, which would
 * reject.
 *
 * @param former the connector that began the attempt
 * @returns undefined if the attempt cannot be prevented
 */
export function forestall(target: Internals, former: OwnConnector): (() => void) | undefined {
  if (former.stream !== undefined || target.options['lazyConnect'] === true) return undefined;
  former.disconnect();
  const { flushQueue, silentEmit } = target;
  // If the application closes the client meanwhile, its commands are rejected.
  const isFailing = (): boolean => target.status !== 'end';
  target.flushQueue = (...args) => {
    if (!isFailing()) flushQueue.apply(target, args);
  };
  target.silentEmit = (...args) => {
    if (!isFailing()) silentEmit.apply(target, args);
  };
  return () => Object.assign(target, { flushQueue, silentEmit });
}
