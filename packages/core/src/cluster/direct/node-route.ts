import type { LaneCircuits } from '../../circuit/lane-circuits.ts';
import type { FastRoute } from '../../command/dispatch.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import type { NodeDriver } from '../../driver/cluster-driver.ts';
import type { Flush } from '../../event-loop/flush.ts';
import type { Wire } from '../../socket/wire.ts';
import type { Redirections } from './redirections.ts';

/** Writes plain commands, as defined at {@link FastRoute}, directly to a node of a cluster. */
export class NodeRoute implements FastRoute {
  readonly #wire: Wire;
  readonly #driver: NodeDriver;
  readonly #node: { circuits(): LaneCircuits };
  /**
   * The `reject` method of every command that is written to this route: one function for all commands, so that no
   * closure is allocated for each command.
   */
  readonly #reject: DriverCommand['reject'];
  /** The node's circuit breakers, as {@link whenOpen} last found them. */
  circuits: LaneCircuits | undefined;

  constructor(
    driver: NodeDriver,
    wire: Wire,
    node: { circuits(): LaneCircuits },
    redirections: Redirections,
  ) {
    this.#driver = driver;
    this.#wire = wire;
    this.#node = node;
    this.#reject = function (this: DriverCommand, reply) {
      redirections.refuse(this, reply);
    };
  }

  /**
   * Returns this route if the node's socket accepts commands and its circuit breakers admit all of them. Looks up the
   * circuit breakers for each command, because a node that loses all its slots and later gets others has new ones.
   */
  whenOpen(): FastRoute | undefined {
    const { sink, isBlocked } = this.#wire;
    if (!this.#driver.hasFastPath || sink === undefined || isBlocked) return undefined;
    this.circuits = this.#node.circuits();
    return this.circuits.read.admitsAll && this.circuits.write.admitsAll ? this : undefined;
  }

  currentFlush(): Flush {
    return this.#wire.currentFlush();
  }

  write(command: DriverCommand): void {
    const { sink } = this.#wire;
    command.reject = this.#reject;
    if (sink !== undefined) this.#driver.writePlain(command, sink);
  }
}
