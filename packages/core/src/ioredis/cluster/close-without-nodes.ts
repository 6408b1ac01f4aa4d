import type { ClusterInternals } from './cluster-internals.ts';

/** Wraps `disconnect` and `quit`: with no node left, ioredis would wait for ever for one to end. */
export function closeWithoutNodes(target: ClusterInternals): void {
  const disconnect = target.disconnect.bind(target);
  const quit = target.quit.bind(target);
  target.disconnect = (...args) => {
    const before = target.status;
    disconnect(...args);
    closeIfEmpty(target, before);
  };
  target.quit = (...args) => {
    const before = target.status;
    const answer = quit(...args);
    closeIfEmpty(target, before);
    return answer;
  };
}

function closeIfEmpty(target: ClusterInternals, before: string): void {
  if (target.status !== 'disconnecting' || target.nodes().length > 0) return;
  target.setStatus('close');
  // Between two attempts it does not listen to that event, which otherwise leads to the same.
  if (before === 'reconnecting' || before === 'close') target.handleCloseEvent();
}
