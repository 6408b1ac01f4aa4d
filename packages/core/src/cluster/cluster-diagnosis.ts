import type { CauseCode } from '../cause.ts';
import { EstablishError } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedged-establish.ts';
import type { CredentialsHolder } from '../connection/reauthenticate.ts';
import { ownCredentials, tlsOf } from '../connection/target-of.ts';
import { TlsMismatch } from '../handshake/tls-mismatch.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { MemberHost } from '../resilience/member.ts';
import { dialInTime } from './dial-in-time.ts';

/**
 * Finds out why a cluster cannot be reached. The driver hides it: whatever hindered its connections, it says that it could
 * not refresh the slots. So one of the nodes to start from is dialed here, and what that meets is the cause.
 */
export class ClusterDiagnosis {
  readonly #cluster: ClusterDriver;
  readonly #credentials: CredentialsHolder;
  readonly #host: MemberHost;
  readonly #onCause: (cause: CauseCode) => void;
  readonly #tlsMismatch: TlsMismatch;
  #looking: AbortController | undefined;
  #looks = 0;
  #dueAt = 0;
  #cause: CauseCode | undefined;

  constructor(
    cluster: ClusterDriver,
    credentials: CredentialsHolder,
    host: MemberHost,
    onCause: (cause: CauseCode) => void,
  ) {
    this.#cluster = cluster;
    this.#credentials = credentials;
    this.#host = host;
    this.#onCause = onCause;
    this.#tlsMismatch = new TlsMismatch(host.clock);
  }

  /** As of the last look, while there is trouble. */
  get cause(): CauseCode | undefined {
    return this.#cause;
  }

  /** Dials a node, unless one is dialed already or was a moment ago. */
  look(): void {
    const { clock, settings } = this.#host;
    if (this.#looking !== undefined || clock.now() < this.#dueAt) return;
    this.#dueAt = clock.now() + settings.connection.minPeriodMs;
    const looking = new AbortController();
    this.#looking = looking;
    this.#dial(looking).then((cause) => {
      this.#tell(looking, cause);
      if (this.#looking === looking) this.#looking = undefined;
    }, ignore);
  }

  /** The cluster serves, or nobody wants it any more. */
  stop(): void {
    this.#looking?.abort(new Error('Not needed any more.'));
    this.#looking = undefined;
    this.#cause = undefined;
  }

  /** Nothing is dialed from now on. */
  close(): void {
    this.stop();
    this.#dueAt = Infinity;
  }

  #tell(looking: AbortController, cause: CauseCode | undefined): void {
    if (this.#looking !== looking) return;
    this.#cause = cause;
    if (cause !== undefined) this.#onCause(cause);
  }

  async #dial(looking: AbortController): Promise<CauseCode | undefined> {
    const { clock, settings } = this.#host;
    const { connection } = settings;
    const nodes = this.#cluster.startupNodes();
    const options = nodes[this.#looks++ % nodes.length] ?? {};
    const { host, port, family } = options as { host?: string; port?: number; family?: number };
    try {
      const target = {
        endpoint: () => Promise.resolve({ host, port, family, tls: tlsOf(options['tls'] as boolean) }),
        credentials: this.#credentials.source ?? ownCredentials(options),
        credentialsTimeoutMs: connection.credentialsTimeoutMs,
        keepAliveMs: 0,
        wantsHello: () => false,
        requiresPrimary: false,
      };
      const { socket, proof } = await dialInTime(clock, looking, connection.handshakeTimeoutMs, (connected) =>
        hedgedEstablish(target, clock, looking.signal, {
          connected,
          preparing: () => ignore,
          unanswered: (endpoint) =>
            void this.#tlsMismatch
              .explain('handshake-timeout', endpoint)
              .then((cause) => this.#tell(looking, cause)),
        }),
      );
      socket.destroy();
      return proof.waiting;
    } catch (error) {
      if (!(error instanceof EstablishError)) return undefined;
      return await this.#tlsMismatch.explain(error.reason, error.endpoint);
    }
  }
}

function ignore(): void {
  // What the look met is its answer.
}
