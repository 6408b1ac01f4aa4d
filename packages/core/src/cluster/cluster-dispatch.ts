import { laneOf, type Call } from '../command/call.ts';
import type { Dispatch, FastPath, FastRoute } from '../command/dispatch.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { ClusterFlushes } from './cluster-flushes.ts';
import type { ClusterTopology } from './cluster-topology.ts';

/** Returns the object that passes commands to a cluster client. The client itself picks the node for each command. */
export function clusterDispatch(
  driver: ClusterDriver,
  flushes: ClusterFlushes,
  topology: () => ClusterTopology,
): Dispatch {
  const path: FastPath = { routeOf: (command) => routeOf(driver, topology(), command) };
  return {
    send: driver.send,
    isWrapped: driver.send.isWrapped === true,
    follow: (command) => {
      command.pipelineIndex = undefined;
      driver.send(command);
    },
    ask: (name, args) => driver.ask(name, args),
    writesAtOnce: false,
    fastPath: () => (driver.isBypassable ? path : undefined),
    batchStream: () => undefined,
    currentFlush: () => flushes.currentFlush(),
    isHandshake: (command) => driver.isHandshake(command),
    wake: () => driver.wake(),
    leave(quit) {
      driver.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => false,
    partAway(call) {
      return topology().isWhole ? undefined : topology().partAway(slotOf(driver, call), laneOf(call));
    },
    isWhole: () => topology().isWhole,
    circuitsOf: (call) => topology().circuitsOf(slotOf(driver, call)),
    serverOf: (call) => serverOf(driver, topology(), slotOf(driver, call)),
    beforeBatch: (node) => driver.forgetNode(node),
    releases: () => undefined,
    // A Cluster has only one database.
    onDatabase: (_, send) => send(),
    readAt: () => flushes.lastReadAt,
  };
}

/** Returns the slot that a call needs; undefined if any node may serve it. */
export function slotOf(driver: ClusterDriver, call: Call): number | undefined {
  return driver.slotOf(call.command, call.slow?.node);
}

function routeOf(
  driver: ClusterDriver,
  { nodes }: ClusterTopology,
  command: DriverCommand,
): FastRoute | undefined {
  const primary = driver.primaryFor(command);
  return primary === undefined ? undefined : nodes.of(primary)?.route;
}

function serverOf(
  driver: ClusterDriver,
  topology: ClusterTopology,
  slot: number | undefined,
): string | undefined {
  if (slot === undefined || driver.readsFromReplicas) return undefined;
  const [address] = driver.addressesOf(slot);
  const owner = driver.primaries().find((node) => node.address === address);
  return owner === undefined ? undefined : topology.nodes.of(owner)?.connection.wire.server;
}
