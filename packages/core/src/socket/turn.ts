/**
 * What the commands of one event-loop turn share: they leave in one write, so they have one time of sending. One
 * object a turn instead of a clock reading a command.
 */
export class Turn {
  /** Monotonic time of the write; of the first command of the turn until then. */
  at: number;
  /** Whether the bytes were given to the socket. False for ever proves that none of these commands ran. */
  flushed = false;
  /** Generations of the circuits when the turn began: results of an older one do not count. */
  readonly readGeneration: number;
  readonly writeGeneration: number;

  constructor(at: number, readGeneration: number, writeGeneration: number) {
    this.at = at;
    this.readGeneration = readGeneration;
    this.writeGeneration = writeGeneration;
  }
}
