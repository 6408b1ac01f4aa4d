import type { Clock } from '../clock.ts';
import type { Dispatch } from '../command/dispatch.ts';
import type { Flush } from '../socket/flush.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';

interface FlushesHost {
  readonly clock: Clock;
  newFlush(now: number): Flush;
}

/** The turns of a cluster client: commands are counted from when they are handed to ioredis, which picks the node. */
export class ClusterFlushes {
  readonly #host: FlushesHost;
  #open: Flush | undefined;
  lastReadAt = 0;
  lastWriteAt = 0;

  constructor(host: FlushesHost) {
    this.#host = host;
  }

  currentFlush(): Flush {
    if (this.#open !== undefined) return this.#open;
    const flush = this.#host.newFlush(this.#host.clock.now());
    this.#open = flush;
    process.nextTick(() => {
      this.#open = undefined;
    });
    return flush;
  }
}

/** Hands commands to a cluster client, which finds the node. */
export function clusterDispatch(driver: ClusterDriver, flushes: ClusterFlushes): Dispatch {
  return {
    long: driver.send,
    writesAtOnce: false,
    short: () => undefined,
    currentFlush: () => flushes.currentFlush(),
    isHandshake: (command) => driver.isHandshake(command),
    wake: () => driver.wake(),
    leave(quit) {
      driver.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => false,
    beforeBatch: (node) => driver.forgetNode(node),
    readAt: () => flushes.lastReadAt,
  };
}
