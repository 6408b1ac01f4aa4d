import type { DriverCommand } from '../driver/driver-command.ts';

/**
 * Remembers when the oldest unanswered command was sent, if this library sent it for itself. Such a command has no
 * `call` to record when it was sent. It counts as sent at the last write before it was first seen here, because later
 * writes would make it seem to have been sent later than it was.
 */
export class UntrackedCommand {
  #command: DriverCommand | undefined;
  #sentAt = 0;

  /** When the command was sent. `writtenAt` is the time of the last write so far. */
  sentAt(command: DriverCommand, writtenAt: number): number {
    if (this.#command !== command) {
      this.#command = command;
      this.#sentAt = writtenAt;
    }
    return this.#sentAt;
  }

  /** When the command was sent; undefined if it has not been seen before. */
  knownSentAt(command: DriverCommand): number | undefined {
    return this.#command === command ? this.#sentAt : undefined;
  }

  /** Forgets the command, so that it is not kept in memory. */
  forget(): void {
    this.#command = undefined;
  }
}
