import type { Dispatch } from '../command/dispatch.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { ClusterFlushes } from './cluster-flushes.ts';

/** Hands commands to a cluster client, which finds the node. */
export function clusterDispatch(driver: ClusterDriver, flushes: ClusterFlushes): Dispatch {
  return {
    send: driver.send,
    writesAtOnce: false,
    fastPath: () => undefined,
    currentFlush: () => flushes.currentFlush(),
    isHandshake: (command) => driver.isHandshake(command),
    wake: () => driver.wake(),
    leave(quit) {
      driver.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => false,
    partAway: () => undefined,
    isWhole: () => true,
    circuitsOf: () => undefined,
    beforeBatch: (node) => driver.forgetNode(node),
    readAt: () => flushes.lastReadAt,
  };
}
