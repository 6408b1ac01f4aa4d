import type { ProcessStallDetector } from './process-stall-detector.ts';

/**
 * One write to a socket, shared by all commands issued in the same turn of the event loop. They are sent together and
 * have the same send time, so one object per turn saves reading the clock for each command.
 */
export class Flush {
  /** When the bytes were written or, before that, when the first command joined. Monotonic milliseconds. */
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

/** Creates the flushes of all connections of a resilience. */
export class Flushes {
  readonly #circuits: Readonly<Record<'read' | 'write', { readonly generation: number }>>;
  readonly #stallDetector: ProcessStallDetector;

  constructor(
    circuits: Readonly<Record<'read' | 'write', { readonly generation: number }>>,
    stallDetector: ProcessStallDetector,
  ) {
    this.#circuits = circuits;
    this.#stallDetector = stallDetector;
  }

  begin(now: number): Flush {
    this.#stallDetector.noteWork(now);
    return new Flush(now, this.#circuits.read.generation, this.#circuits.write.generation);
  }
}
