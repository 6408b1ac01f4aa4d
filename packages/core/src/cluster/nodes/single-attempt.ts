import type { CauseCode } from '../../cause.ts';
import type { DialPriority, DialTicket } from '../../dialing/dial-request.ts';
import type { Dialer } from '../../dialing/dialer.ts';
import { EstablishError, type Target, type VerifiedSocket } from '../../handshake/establish.ts';
import type { Clock } from '../../clock.ts';
import { ConnectionAttempts } from '../../connection/connection-attempts.ts';
import type { SocketSource, SourceEvent } from '../../connection/socket-source.ts';

/**
 * Causes that would make every attempt to connect to this node fail. A cause that is not listed here, such as `auth`,
 * may concern only one user or one setting of a client.
 */
const unreached: ReadonlySet<CauseCode> = new Set(['connection-refused', 'connect-timeout']);

/**
 * Makes a single attempt to connect to a cluster node, at the pace of the node's dialer. The driver asks for a
 * connection each time a command is redirected to a dead node. Until the next attempt is due, the driver immediately
 * gets the failure of the last attempt. A request that is waiting for its attempt fails as soon as another attempt
 * finds the node unreachable.
 */
export class SingleAttempt implements SocketSource {
  readonly dialer: Dialer;
  readonly #attempts: ConnectionAttempts;
  #ticket: DialTicket | undefined;

  constructor(dialer: Dialer, target: Target, clock: Clock) {
    this.dialer = dialer;
    this.#attempts = new ConnectionAttempts(target, clock);
  }

  start(priority: DialPriority, tell: (event: SourceEvent) => void): void {
    const giveUp = (cause: CauseCode, beneath: unknown): void =>
      tell({ kind: 'gave-up', cause, error: new EstablishError(cause, beneath) });
    const refusal = this.dialer.refusal();
    if (refusal !== undefined) {
      giveUp(refusal.cause, refusal.error);
      return;
    }
    this.#ticket = this.dialer.dial({
      priority,
      isPatient: true,
      attempt: (attempt) => this.#attempts.run(attempt, undefined, () => undefined),
      onAttempt: ({ cause, error }) => {
        if (cause !== undefined) {
          this.stop();
          giveUp(cause, error);
          return;
        }
        // The cast is safe: a successful attempt always has a socket.
        const verified = this.#attempts.take() as VerifiedSocket;
        const { waiting } = verified.proof;
        if (waiting === undefined) {
          tell({ kind: 'verified', verified });
          return;
        }
        verified.socket.destroy();
        this.#ticket?.lost();
        giveUp(waiting, undefined);
      },
      onOtherFailed: ({ cause, error }) => {
        if (!unreached.has(cause)) return;
        this.stop();
        giveUp(cause, error);
      },
    });
  }

  stop(): void {
    this.#ticket?.cancel();
  }

  get ticket(): DialTicket | undefined {
    return this.#ticket;
  }
}
