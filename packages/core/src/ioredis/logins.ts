import { randomUUID } from 'node:crypto';
import { logsIn } from '../driver/besides-replies.ts';
import type { DriverCommand } from '../driver/driver-command.ts';

/**
 * Makes it noticeable that the server answers nothing to a login that it refuses: PING follows, whose reply cannot be
 * mistaken for that to a login.
 *
 * In a transaction, such a server leaves the login out of its reply to EXEC, which then takes the replies that follow.
 * A PING with a text of its own follows for each login of the transaction, so that the reply ends with that text.
 */
export class Logins {
  readonly #ping: (text: string) => void;
  #isInside = false;
  #queued = 0;

  constructor(ping: (text: string) => void) {
    this.#ping = ping;
  }

  /** Call before the client sends a command. */
  sends(command: DriverCommand): void {
    const name = command.name.toLowerCase();
    if (name === 'multi') {
      this.#isInside = true;
      this.#queued = 0;
    } else if (logsIn(name)) {
      command.isQueued = this.#isInside || command.call?.isTransaction === true;
      if (command.isQueued) this.#queued++;
    } else if (name === 'exec' && this.#queued > 0) command.followedBy = randomUUID();
  }

  /** Call when the client has sent a command. `isAlone`: it is not part of a batch. */
  sent(command: DriverCommand, isAlone: boolean): void {
    const name = command.name.toLowerCase();
    if (name === 'exec' || name === 'discard') {
      const { followedBy } = command;
      const queued = this.#queued;
      this.#isInside = false;
      this.#queued = 0;
      for (let sent = 0; followedBy !== undefined && sent < queued; sent++) this.#ping(followedBy);
    } else if (isAlone && logsIn(name) && command.isQueued !== true) this.#ping('login');
  }
}
