import { randomUUID } from 'node:crypto';
import { logsIn } from '../driver/besides-replies.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { DriverStatus } from '../driver/driver-status.ts';

/** The connection on which the logins are sent. */
interface LoginConnection {
  readonly status: DriverStatus;
  ask(name: string, args: readonly string[]): Promise<unknown>;
}

/**
 * Detects a refused login to which the server sends no reply. From version 7.2 on, Redis and Valkey omit this reply if
 * the reply to an earlier command has not been sent yet. Each login is followed by a PING, whose reply cannot be
 * mistaken for the reply to a login.
 *
 * In a transaction, a server that does not answer refused logins leaves the login out of its reply to EXEC, and the
 * parser takes the next reply for the missing element. For each login in the transaction, one PING with a unique text
 * is sent after EXEC. If the reply to EXEC then ends with the unique text, the reply to a login is missing.
 */
export class Logins {
  readonly #connection: LoginConnection;
  /** Number of logins that the server has queued since the last MULTI. */
  #queued = 0;

  constructor(connection: LoginConnection) {
    this.#connection = connection;
  }

  /** Call before the client sends a command. */
  sends(command: DriverCommand): void {
    const name = command.name.toLowerCase();
    if (name === 'multi') this.#queued = 0;
    else if (logsIn(name)) {
      command.isQueued = command.call?.isQueued === true;
      if (command.isQueued) this.#queued++;
    } else if (name === 'exec' && this.#queued > 0) command.followedBy = randomUUID();
  }

  /** Call when the client has sent a command. `isAlone` means that the command is not part of a batch. */
  sent(command: DriverCommand, isAlone: boolean): void {
    const name = command.name.toLowerCase();
    if (name === 'exec' || name === 'discard') {
      const { followedBy } = command;
      const queued = this.#queued;
      this.#queued = 0;
      for (let sent = 0; followedBy !== undefined && sent < queued; sent++) this.#ping(followedBy);
    } else if (isAlone && logsIn(name) && command.isQueued !== true) this.#ping('login');
  }

  #ping(text: string): void {
    if (this.#connection.status === 'ready') this.#connection.ask('ping', [text]).catch(ignore);
  }
}

function ignore(): void {
  // The connection reports the error.
}
