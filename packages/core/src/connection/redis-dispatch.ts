import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { Dispatch } from '../command/dispatch.ts';
import type { Driver } from '../driver/driver.ts';
import type { Wire } from '../socket/wire.ts';

/**
 * Sends commands of a client with one connection: directly to its socket if that is safe, otherwise through the driver.
 * `ownCircuits` are the circuits of a client that connects to another server than the rest; only the slow path uses
 * them.
 */
export function redisDispatch(driver: Driver, wire: Wire, ownCircuits?: LaneCircuits): Dispatch {
  return {
    send: driver.send,
    writesAtOnce: true,
    fastPath() {
      if (ownCircuits !== undefined) return undefined;
      const { sink } = wire;
      const write = driver.fastPath();
      return write === undefined || sink === undefined ? undefined : (command) => write(command, sink);
    },
    batchStream: () => driver.batchStream(),
    currentFlush: () => wire.currentFlush(),
    isHandshake: (command) => driver.isHandshake(command),
    wake: () => driver.wake(),
    leave(quit) {
      driver.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => wire.isBlocked,
    partAway: () => undefined,
    isWhole: () => true,
    circuitsOf: () => ownCircuits,
    serverOf: () => wire.server,
    beforeBatch: () => undefined,
    readAt: () => wire.readAt,
  };
}
