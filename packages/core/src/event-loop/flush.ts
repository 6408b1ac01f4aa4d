import type { ProcessStallDetector } from './process-stall-detector.ts';

/**
 * One write to a socket, shared by all commands that are issued in one turn of the event loop: they leave together, so
 * they have one time of sending. One object per turn instead of one clock reading per command.
 */
export class Flush {
  /** Monotonic milliseconds: of the write; until then, of the first command in it. */
  at: number;
  /** Whether the bytes were given to the socket. While this is false, none of these commands can have run. */
  isWritten = false;
  /** Generations of the circuits at the first command: a circuit ignores results of an older generation. */
  readonly readGeneration: number;
  readonly writeGeneration: number;

  constructor(at: number, readGeneration: number, writeGeneration: number) {
    this.at = at;
    this.readGeneration = readGeneration;
    this.writeGeneration = writeGeneration;
  }
}

/** Begins the flushes of all connections of a resilience. */
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
