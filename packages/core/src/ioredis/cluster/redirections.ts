import type { ClusterInternals } from './cluster-internals.ts';

/**
 * Makes each attempt of a call count its redirections from zero. If an attempt is redirected too often, it fails with
 * the last node's reply. By itself, ioredis counts the redirections of all attempts together, and reports an error of
 * its own instead of the last node's reply.
 */
export function countRedirectionsOfAttempt(target: ClusterInternals): void {
  const handleError = target.handleError.bind(target);
  target.handleError = (error, redirections, handlers) => {
    const toGate = (): void => {
      delete redirections.value;
      handlers.defaults();
    };
    handleError(error, redirections, { ...handlers, maxRedirections: toGate, defaults: toGate });
  };
}
