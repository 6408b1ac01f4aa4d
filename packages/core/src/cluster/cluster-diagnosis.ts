import type { CauseCode } from '../cause.ts';
import { ConnectionAttempts } from '../connection/connection-attempts.ts';
import type { CredentialsHolder } from '../connection/reauthenticate.ts';
import { ownCredentials, tlsOf } from '../connection/target-of.ts';
import type { DialTicket } from '../dialing/dial-request.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { Target } from '../handshake/establish.ts';
import { TlsMismatch } from '../handshake/tls-mismatch.ts';
import type { Settings } from '../options/settings.ts';
import type { NodeDialers } from './node-dialers.ts';

/**
 * Finds out why a cluster cannot be reached. The driver hides it: it says that it could not refresh the slots, whatever
 * its connections met. So one of the nodes to start from is dialed here, and what that attempt meets is the cause.
 */
export class ClusterDiagnosis {
  readonly #cluster: ClusterDriver;
  readonly #credentials: CredentialsHolder;
  readonly #settings: Settings;
  readonly #dialers: NodeDialers;
  readonly #onCause: (cause: CauseCode) => void;
  readonly #tlsMismatch: TlsMismatch;
  #ticket: DialTicket | undefined;
  #looks = 0;
  #dueAt = 0;
  #cause: CauseCode | undefined;

  constructor(
    cluster: ClusterDriver,
    credentials: CredentialsHolder,
    settings: Settings,
    dialers: NodeDialers,
    onCause: (cause: CauseCode) => void,
  ) {
    this.#cluster = cluster;
    this.#credentials = credentials;
    this.#settings = settings;
    this.#dialers = dialers;
    this.#onCause = onCause;
    this.#tlsMismatch = new TlsMismatch(settings.clock);
  }

  /** As of the last look, while there is trouble. */
  get cause(): CauseCode | undefined {
    return this.#cause;
  }

  /** Dials a node, unless one is being dialed or was a moment ago. */
  look(): void {
    const { clock, connection } = this.#settings;
    if (this.#ticket !== undefined || clock.now() < this.#dueAt) return;
    this.#dueAt = clock.now() + connection.minPeriodMs;
    const nodes = this.#cluster.startupNodes();
    const options = nodes[this.#looks++ % nodes.length] ?? {};
    const { host = 'localhost', port = 6379 } = options as { host?: string; port?: number };
    this.#dial(`${host}:${port}`, this.#targetOf(options));
  }

  /** The cluster serves, or nobody wants it any more. */
  stop(): void {
    this.#ticket?.cancel();
    this.#ticket = undefined;
    this.#cause = undefined;
  }

  /** Nothing is dialed from now on. */
  close(): void {
    this.stop();
    this.#dueAt = Infinity;
  }

  #dial(address: string, target: Target): void {
    const attempts = new ConnectionAttempts(target, this.#settings.clock, this.#tlsMismatch);
    const ticket = this.#dialers.of(address).dial({
      priority: 'command',
      isPatient: true,
      attempt: (attempt) =>
        attempts.run(attempt, true, ({ cause }) => {
          if (this.#ticket === ticket) this.#tell(cause);
        }),
      onAttempt: () => {
        const verified = attempts.take();
        verified?.socket.destroy();
        ticket.cancel();
        if (this.#ticket !== ticket) return;
        this.#ticket = undefined;
        if (verified?.proof.waiting !== undefined) this.#tell(verified.proof.waiting);
        else if (verified !== undefined) this.#cause = undefined;
      },
    });
    this.#ticket = ticket;
  }

  #tell(cause: CauseCode): void {
    this.#cause = cause;
    this.#onCause(cause);
  }

  #targetOf(options: Readonly<Record<string, unknown>>): Target {
    const { host, port, family } = options as { host?: string; port?: number; family?: number };
    return {
      endpoint: () => Promise.resolve({ host, port, family, tls: tlsOf(options['tls'] as boolean) }),
      credentials: this.#credentials.source ?? ownCredentials(options),
      credentialsTimeoutMs: this.#settings.connection.credentialsTimeoutMs,
      keepAliveMs: 0,
      wantsHello: () => false,
      requiresPrimary: false,
    };
  }
}
