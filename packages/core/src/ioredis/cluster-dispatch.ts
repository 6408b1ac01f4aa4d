import type { Cluster } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Dispatch } from '../command/dispatch.ts';
import type { Turn } from '../socket/turn.ts';
import { forgetNode } from './cluster-client.ts';
import type { DriverCommand, SendCommand } from '../driver-command.ts';
import * as lifecycle from './lifecycle.ts';

interface TurnsHost {
  readonly clock: Clock;
  newTurn(now: number): Turn;
}

/** The turns of a cluster client: commands are counted from when they are handed to ioredis, which picks the node. */
export class ClusterTurns {
  readonly #host: TurnsHost;
  #open: Turn | undefined;
  /** Sends past the gate; set by the dispatch. */
  sendPastGate: (command: DriverCommand) => void = () => undefined;
  lastReadAt = 0;
  lastWriteAt = 0;

  constructor(host: TurnsHost) {
    this.#host = host;
  }

  turn(): Turn {
    if (this.#open !== undefined) return this.#open;
    const turn = this.#host.newTurn(this.#host.clock.now());
    this.#open = turn;
    process.nextTick(() => {
      this.#open = undefined;
    });
    return turn;
  }
}

/** Hands commands to a cluster client, which finds the node. */
export function clusterDispatch(cluster: Cluster, long: SendCommand, turns: ClusterTurns): Dispatch {
  turns.sendPastGate = (command) => long(command);
  return {
    long,
    writesAtOnce: false,
    short: () => undefined,
    turn: () => turns.turn(),
    isHandshake: (command) => command.name === 'cluster' && cluster.status === 'connect',
    wake: () => lifecycle.wake(cluster),
    leave(quit) {
      cluster.disconnect();
      quit.resolve(Buffer.from('OK'));
    },
    isBlocked: () => false,
    beforeBatch: forgetNode,
    readAt: () => turns.lastReadAt,
  };
}
