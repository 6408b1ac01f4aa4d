import type { ProcessStallDetector } from './process-stall-detector.ts';

/**
 * One write to a socket, shared by all commands that are issued in one turn of the event loop. They leave together and
 * so have the same send time: one object per turn takes the place of one clock reading per command.
 */
export class Flush {
  /** When the bytes were written; before that, when the first command joined. Monotonic milliseconds. */
  at: number;
  /** Whether the bytes were given to the socket. While this is false, none of these commands can have run. */
  isWritten = false;
  /** Generations of the circuits when the first command joined: a circuit ignores results of an older generation. */
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
