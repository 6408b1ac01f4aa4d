import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { Dispatch, FastPath, FastRoute } from '../command/dispatch.ts';
import type { CommandSink } from '../driver/command-sink.ts';
import type { DriverCommand, PipelineStream } from '../driver/driver-command.ts';
import type { Driver } from '../driver/driver.ts';
import type { Flush } from '../event-loop/flush.ts';
import type { Wire } from '../socket/wire.ts';

/** Sends commands of a client with one connection: directly to its socket if that is safe, otherwise through the driver. */
export class RedisDispatch implements Dispatch, FastPath, FastRoute {
  readonly writesAtOnce = true;
  readonly circuits = undefined;
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #ownCircuits: LaneCircuits | undefined;

  /**
   * `ownCircuits` are the circuit breakers of a client that connects to a different server from the other clients. A
   * client with `ownCircuits` never uses the fast path.
   */
  constructor(driver: Driver, wire: Wire, ownCircuits?: LaneCircuits) {
    this.#driver = driver;
    this.#wire = wire;
    this.#ownCircuits = ownCircuits;
  }

  get isWrapped(): boolean {
    return this.#driver.isWrapped === true;
  }

  send(command: DriverCommand, stream?: PipelineStream, node?: unknown): unknown {
    return this.#driver.send(command, stream, node);
  }

  ask(name: string, args: readonly string[]): Promise<unknown> {
    return this.#driver.ask(name, args);
  }

  fastPath(): FastPath | undefined {
    if (this.#ownCircuits !== undefined || !this.#driver.hasFastPath) return undefined;
    return this.#wire.sink === undefined ? undefined : this;
  }

  routeOf(): FastRoute {
    return this;
  }

  write(command: DriverCommand): void {
    this.#driver.writePlain(command, this.#wire.sink as CommandSink);
  }

  batchStream(): PipelineStream | undefined {
    return this.#driver.batchStream();
  }

  currentFlush(): Flush {
    return this.#wire.currentFlush();
  }

  isHandshake(command: DriverCommand): boolean {
    return this.#driver.isHandshake(command);
  }

  wake(): void {
    this.#driver.wake();
  }

  leave(quit: DriverCommand): void {
    this.#driver.disconnect();
    quit.resolve(Buffer.from('OK'));
  }

  isBlocked(): boolean {
    return this.#wire.isBlocked;
  }

  partAway(): undefined {
    return undefined;
  }

  isWhole(): boolean {
    return true;
  }

  circuitsOf(): LaneCircuits | undefined {
    return this.#ownCircuits;
  }

  serverOf(): ReturnType<Dispatch['serverOf']> {
    return this.#wire.server;
  }

  beforeBatch(): void {
    // Nothing to prepare: there is only one node.
  }

  releases(): ReturnType<Dispatch['releases']> {
    return this.#wire.releases;
  }

  onDatabase(database: number | undefined, send: () => void): void {
    if (database === undefined || database === this.#driver.database) return send();
    this.#driver.onDatabase(database, send);
  }

  readAt(): number {
    return this.#wire.readAt;
  }
}
