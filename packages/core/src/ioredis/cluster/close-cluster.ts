import type { ClusterInternals } from './cluster-internals.ts';
import { runNext } from '../../event-loop/soon.ts';

/**
 * Wraps `disconnect` and `quit`, because ioredis would wait forever for a node to end if there is no node left. `quit`
 * first waits for what `callsLeft` returns, because ioredis would quit a node while a call is still on its way to it.
 */
export function closeCluster(target: ClusterInternals, callsLeft: () => Promise<void> | undefined): void {
  const disconnect = target.disconnect.bind(target);
  const quit = target.quit.bind(target);
  const quitNow: ClusterInternals['quit'] = (...args) => {
    const [before, hadNodes] = [target.status, target.connectionPool.getNodes().length > 0];
    const answer = quit(...args);
    if (!hadNodes) closeEmpty(target, before);
    return answer;
  };
  target.disconnect = (...args) => {
    const [before, hadNodes] = [target.status, target.connectionPool.getNodes().length > 0];
    disconnect(...args);
    if (!hadNodes) closeEmpty(target, before);
  };
  target.quit = (...args) => callsLeft()?.then(() => quitNow(...args)) ?? quitNow(...args);
}

function closeEmpty(target: ClusterInternals, before: string): void {
  // A client that was never connected ends by itself.
  if (target.status !== 'disconnecting' || before === 'wait') return;
  target.setStatus('close');
  // Between two attempts, ioredis does not listen to `close`, so its handler of this event is called directly.
  if (before === 'reconnecting' || before === 'close') target.handleCloseEvent();
  // ioredis also does not listen to `close` while it resolves the names of the startup nodes. In all other states, its
  // `close` listener runs before this callback and changes the status.
  else
    runNext(() => {
      if (target.status === 'close') target.handleCloseEvent();
    });
}
