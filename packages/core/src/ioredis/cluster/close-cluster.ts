import type { Leave } from '../../driver/leave.ts';
import type { ClusterInternals } from './cluster-internals.ts';
import { runNext } from '../../event-loop/soon.ts';

/**
 * Wraps `disconnect` and `quit`, because ioredis would wait forever for a node to end if there is no node left. `quit`
 * first waits for what `leave` returns, because ioredis would quit a node while a call is still on its way to it.
 * `connect` is wrapped because ioredis can connect a client again before it has ended.
 */
export function closeCluster(target: ClusterInternals, leave: Leave): void {
  const connect = target.connect.bind(target);
  const disconnect = target.disconnect.bind(target);
  const quit = target.quit.bind(target);
  const quitNow: ClusterInternals['quit'] = (...args) => {
    const [before, hadNodes] = [target.status, target.connectionPool.getNodes().length > 0];
    const answer = quit(...args);
    if (!hadNodes) closeEmpty(target, before);
    return answer;
  };
  target.connect = () => {
    if (target.status === 'disconnecting') leave.undo();
    return connect();
  };
  target.disconnect = (...args) => {
    const [before, hadNodes] = [target.status, target.connectionPool.getNodes().length > 0];
    disconnect(...args);
    if (!hadNodes) closeEmpty(target, before);
  };
  target.quit = (...args) => leave.begin()?.then(() => quitNow(...args)) ?? quitNow(...args);
}

function closeEmpty(target: ClusterInternals, before: string): void {
  // A client that was never connected ends by itself.
  if (target.status !== 'disconnecting' || before === 'wait') return;
  if (before === 'end') {
    // A second `close` event would reach the application after it has connected the client again, and abort that.
    target.status = 'end';
    return;
  }
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
