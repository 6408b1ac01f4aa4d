import type { ProcessStallDetector } from './process-stall-detector.ts';

/**
 * One write to a socket, shared by all commands issued in the same turn of the event loop. They are sent together and
 * have the same send time, so one object per turn saves reading the clock for each command.
 */
export class Flush {
  /**
   * When the bytes were written or, before that and after a wait for a socket that accepted none, when the first
   * command joined. Monotonic milliseconds.
   */
  at: number;
  /** Whether the bytes have been passed to the socket. While this is false, none of these commands can have run. */
  isWritten = false;
  /**
   * Generations of the two circuits when the first command joined: a circuit ignores results of an older generation.
   */
  readonly readGeneration: number;
  readonly writeGeneration: number;

  constructor(at: number, readGeneration: number, writeGeneration: number) {
    this.at = at;
    this.readGeneration = readGeneration;
    this.writeGeneration = writeGeneration;
  }
}

/** The two circuits of Redis or of a part of it, as far as a flush depends on them. */
export type Generations = Readonly<Record<'read' | 'write', { readonly generation: number }>>;

/** `calls`: commands of callers. `ping`: the PING of a connection that checks itself. */
export type FlushKind = 'calls' | 'ping';

/** Creates the flushes of all connections of a resilience. */
export class Flushes {
  readonly #circuits: Generations;
  readonly #stallDetector: ProcessStallDetector;

  constructor(circuits: Generations, stallDetector: ProcessStallDetector) {
    this.#circuits = circuits;
    this.#stallDetector = stallDetector;
  }

  /** `circuits` are those of the part of Redis that the bytes go to, if it has its own. */
  begin(now: number, kind: FlushKind, circuits: Generations = this.#circuits): Flush {
    if (kind === 'calls') this.#stallDetector.noteWork(now);
    else this.#stallDetector.noteGlance(now);
    return new Flush(now, circuits.read.generation, circuits.write.generation);
  }
}
