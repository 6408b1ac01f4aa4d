import type { ProcessStallDetector } from './process-stall-detector.ts';

/**
 * One write to a socket, shared by all commands issued in the same turn of the event loop. They are sent together and
 * have the same send time, so one object per turn saves reading the clock for each command.
 */
export class Flush {
  /**
   * When the bytes were written or, until then, when the first command joined. If the bytes had to wait because the
   * socket accepted no more, the earlier time remains. Monotonic milliseconds.
   */
  at: number;
  /** Whether the bytes have been passed to the socket. While this is false, none of the commands can have run. */
  isWritten = false;
  /**
   * Generations of the circuits for reads and for writes when the first command joined. A circuit ignores the result of
   * a command with an older generation.
   */
  readonly readGeneration: number;
  readonly writeGeneration: number;

  constructor(at: number, readGeneration: number, writeGeneration: number) {
    this.at = at;
    this.readGeneration = readGeneration;
    this.writeGeneration = writeGeneration;
  }
}

/** The current generation of the circuit for reads, and of the one for writes. */
export type Generations = Readonly<Record<'read' | 'write', { readonly generation: number }>>;

/** `calls`: commands of callers. `ping`: the PING of a connection that checks itself. */
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
   * Creates the flush for bytes to be written. `circuits`: the circuits of the server that receives the bytes, if it
   * has its own, such as a node of a Cluster.
   */
  begin(now: number, kind: FlushKind, circuits: Generations = this.#circuits): Flush {
    if (kind === 'calls') this.#stallDetector.noteWork(now);
    else this.#stallDetector.noteGlance(now);
    return new Flush(now, circuits.read.generation, circuits.write.generation);
  }
}
