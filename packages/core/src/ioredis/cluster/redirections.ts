import type { ClusterInternals } from './cluster-internals.ts';

/**
 * ioredis counts redirections across all attempts, and reports too many of them with its own error, which hides the
 * last node's reply. Here each attempt counts from zero, and the gate gets the node's reply.
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
