import { blockingTimeoutMs } from '../catalogue/blocking-timeout.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { Driver } from '../driver/driver.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';
import { debug } from '../observability/debug.ts';
import { request } from '../replies/request.ts';
import { unblocking } from '../socket/release-requests.ts';
import type { Wire } from '../socket/wire.ts';
import { SideConnection } from './side-connection.ts';

const answerLookMs = 2;
const answerMs = 200;

/**
 * Ends blocking commands for which no caller waits any more, because the call's deadline has passed. An abandoned
 * command would delay every later command on its connection, and could still remove an element from a list, which no
 * caller would receive. A second connection asks the server to release the command (CLIENT UNBLOCK). If no second
 * connection can be made, `StallWatch` counts the connection as silent from the moment at which the command was
 * abandoned.
 */
export class AbandonedRelease {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #side: SideConnection;

  constructor(driver: Driver, wire: Wire, target: Target, clock: Clock) {
    this.#driver = driver;
    this.#wire = wire;
    this.#clock = clock;
    this.#side = new SideConnection(target, clock);
  }

  /**
   * Releases the abandoned commands that block the connection now, one after the other. Resolves with true if one of
   * these commands still blocks the connection although the server was asked to release it, so that only closing the
   * connection ends the command. Never rejects.
   */
  async run(): Promise<boolean> {
    const { identity } = this.#wire;
    if (this.#side.isInUse || identity === undefined || this.#blocking(identity) === undefined) return false;
    try {
      const isHeld = await this.#side.use(async (verified, signal) => {
        const held = isKnownTo(identity, verified.proof) && (await this.#isHeld(identity, verified, signal));
        verified.socket.destroy();
        return held;
      });
      return isHeld === true;
    } catch {
      return false;
    }
  }

  /** Aborts a release in progress, because the connection is gone. */
  stop(): void {
    this.#side.stop();
  }

  async #isHeld(identity: Identity, { socket }: VerifiedSocket, signal: CancelSignal): Promise<boolean> {
    let command = this.#blocking(identity);
    while (command !== undefined) {
      const asked = request(socket, [unblocking(identity.clientId)], signal);
      await this.#wire.releases.ask(
        command.call,
        asked.then(([reply]) => reply),
      );
      // The reply to the released command arrives on the watched connection, not on this second one.
      const endsAt = this.#clock.now() + answerMs;
      while (this.#blocking(identity) === command && this.#clock.now() < endsAt)
        await pause(this.#clock, answerLookMs, signal);
      const next = this.#blocking(identity);
      debug('an abandoned %s %s', command.name, next === command ? 'cannot be released' : 'was released');
      if (next === command) return true;
      command = next;
    }
    return false;
  }

  /**
   * Returns the abandoned command that blocks the connection, if one does. A command without a `call` counts as
   * abandoned, because a command of a batch loses its `call` when the batch is abandoned.
   */
  #blocking(identity: Identity): DriverCommand | undefined {
    const command = this.#driver.oldestUnanswered();
    if (command === undefined || command.call?.settled === false || this.#wire.identity !== identity)
      return undefined;
    return blockingTimeoutMs(traitsOf(command.name), command.args) === undefined ? undefined : command;
  }
}
