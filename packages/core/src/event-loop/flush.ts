import type { ProcessStallDetector } from './process-stall-detector.ts';

/**
 * One write to a socket, shared by all commands issued in the same turn of the event loop. Commands that are written
 * together have the same send time, so one object per turn saves reading the clock for each command.
 */
export class Flush {
  /**
   * When the bytes were passed to the socket, in monotonic milliseconds; until then, when the first command was issued.
   * If the bytes had to wait because the socket accepted no more, `at` may remain the time at which the first command
   * was issued.
   */
  at: number;
  /**
   * Whether the bytes have been passed to the socket. None of the commands can have run before the bytes have been
   * passed to the socket.
   */
  isWritten = false;
  /**
   * The generations of the circuits for reads and for writes when the first command was issued. Each change of a
   * circuit's state begins a new generation. A circuit ignores the results of commands from earlier generations.
   */
  readonly readGeneration: number;
  readonly writeGeneration: number;

  constructor(at: number, readGeneration: number, writeGeneration: number) {
    this.at = at;
    this.readGeneration = readGeneration;
    this.writeGeneration = writeGeneration;
  }
}

/** The current generation of each circuit, a number that grows with each change of the circuit's state. */
export type Generations = Readonly<Record<'read' | 'write', { readonly generation: number }>>;

/**
 * Why a write was begun. `calls`: for commands of callers. `ping`: for the PING with which a connection checks itself.
 */
export type FlushKind = 'calls' | 'ping';

/** Creates the flushes of all connections of a `RedisResilience`. */
export class Flushes {
  readonly #circuits: Generations;
  readonly #stallDetector: ProcessStallDetector;

  constructor(circuits: Generations, stallDetector: ProcessStallDetector) {
    this.#circuits = circuits;
    this.#stallDetector = stallDetector;
  }

  /**
   * Creates the {@link Flush} for one write to a socket. `circuits`: the circuits of the server that receives the
   * bytes, if this server has its own circuits, such as a node of a Cluster.
   */
  begin(now: number, kind: FlushKind, circuits: Generations = this.#circuits): Flush {
    if (kind === 'calls') this.#stallDetector.noteWork(now);
    else this.#stallDetector.noteGlance(now);
    return new Flush(now, circuits.read.generation, circuits.write.generation);
  }
}
