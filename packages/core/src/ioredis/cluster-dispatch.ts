import type { Cluster } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Dispatch } from '../command/dispatch.ts';
import type { Flush } from '../socket/flush.ts';
import { forgetNode } from './cluster-client.ts';
import type { DriverCommand, SendCommand } from '../driver/driver-command.ts';
import * as lifecycle from './lifecycle.ts';

interface FlushesHost {
  readonly clock: Clock;
  newFlush(now: number): Flush;
}

/** The turns of a cluster client: commands are counted from when they are handed to ioredis, which picks the node. */
export class ClusterFlushes {
  readonly #host: FlushesHost;
  #open: Flush | undefined;
  /** Sends past the gate; set by the dispatch. */
  sendPastGate: (command: DriverCommand) => void = () => undefined;
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
export function clusterDispatch(cluster: Cluster, send: SendCommand, flushes: ClusterFlushes): Dispatch {
  flushes.sendPastGate = (command) => send(command);
  return {
    send,
    writesAtOnce: false,
    fastPath: () => undefined,
    currentFlush: () => flushes.currentFlush(),
    isHandshake: (command) => command.name === 'cluster' && cluster.status === 'connect',
    wake: () => lifecycle.wake(cluster),
    leave(quit) {
      cluster.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => false,
    beforeBatch: forgetNode,
    readAt: () => flushes.lastReadAt,
  };
}
