import type { DialTicket } from '../dialing/dial-request.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { EstablishError, type Target } from '../handshake/establish.ts';
import type { Clock } from '../clock.ts';
import { ConnectionAttempts } from '../connection/connection-attempts.ts';
import type { SocketSource, SourceEvent } from '../connection/socket-source.ts';

/**
 * Makes a single attempt to connect to a node of a cluster, at the pace of the node's dialer. The driver asks for a
 * connection for each command that is redirected to a dead node: until the next attempt is due, it gets the failure of
 * the last one at once.
 */
export class SingleAttempt implements SocketSource {
  readonly #dialer: Dialer;
  readonly #attempts: ConnectionAttempts;
  #ticket: DialTicket | undefined;

  constructor(dialer: Dialer, target: Target, clock: Clock) {
    this.#dialer = dialer;
    this.#attempts = new ConnectionAttempts(target, clock);
  }

  start(priority: 'command' | 'subscriber', tell: (event: SourceEvent) => void): void {
    const refusal = this.#dialer.refusal();
    if (refusal !== undefined) {
      tell({
        kind: 'gave-up',
        cause: refusal.cause,
        error: new EstablishError(refusal.cause, refusal.error),
      });
      return;
    }
    this.#ticket = this.#dialer.dial({
      priority,
      isPatient: true,
      attempt: (attempt) => this.#attempts.run(attempt, false, () => undefined),
      onAttempt: ({ cause, error }) => {
        const verified = cause === undefined ? this.#attempts.take() : undefined;
        const waiting = verified?.proof.waiting;
        if (verified !== undefined && waiting === undefined) {
          tell({ kind: 'verified', verified });
          return;
        }
        verified?.socket.destroy();
        if (verified === undefined) this.stop();
        else this.lost();
        const reason = cause ?? waiting ?? 'connection-reset';
        tell({ kind: 'gave-up', cause: reason, error: new EstablishError(reason, error) });
      },
    });
  }

  stop(): void {
    this.#ticket?.cancel();
    this.#ticket = undefined;
  }

  lost(): void {
    this.#ticket?.lost();
    this.#ticket = undefined;
  }

  hurry(): void {
    this.#ticket?.hurry();
  }

  get periodMs(): number {
    return this.#dialer.periodMs;
  }

  nextAttemptMs(): number | undefined {
    return this.#ticket?.nextAttemptMs();
  }
}
