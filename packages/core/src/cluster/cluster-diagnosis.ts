import type { CauseCode } from '../cause.ts';
import { ConnectionAttempts } from '../connection/connection-attempts.ts';
import { HedgeTurns } from '../handshake/hedging/hedge-turns.ts';
import type { DialTicket } from '../dialing/dial-request.ts';
import { ownEndpoint } from '../connection/target-of.ts';
import type { ClusterDriver, NodeOptions } from '../driver/cluster-driver.ts';
import { EstablishError, targetWith, type Target } from '../handshake/establish.ts';
import type { Endpoint } from '../handshake/open-socket.ts';
import { tlsMismatchOf, type TlsMismatch } from '../handshake/tls-mismatch.ts';
import type { ClusterNodeParts } from './nodes/cluster-node.ts';
import { startupTarget } from './slot-reader.ts';

export type DiagnosisParts = Omit<ClusterNodeParts, 'flushes'>;

/**
 * Finds out why a cluster cannot be reached: dials a startup node, and reports why this attempt failed. The driver
 * itself reports only that it could not refresh the slots, whatever the reason.
 */
export class ClusterDiagnosis {
  readonly #cluster: ClusterDriver;
  readonly #parts: DiagnosisParts;
  readonly #onCause: (cause: CauseCode) => void;
  readonly #tlsMismatch: TlsMismatch;
  #ticket: DialTicket | undefined;
  #looks = 0;
  #dueAt = 0;
  #cause: CauseCode | undefined;

  constructor(cluster: ClusterDriver, parts: DiagnosisParts, onCause: (cause: CauseCode) => void) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.#onCause = onCause;
    this.#tlsMismatch = tlsMismatchOf(parts.open, parts.settings.clock);
  }

  /** Why the last attempt to dial a startup node failed; undefined if the attempt succeeded. */
  get cause(): CauseCode | undefined {
    return this.#cause;
  }

  /** Dials a startup node, unless an attempt is already running or has only just ended. */
  look(): void {
    const { clock, connection } = this.#parts.settings;
    if (this.#ticket !== undefined || clock.now() < this.#dueAt) return;
    this.#dueAt = clock.now() + connection.minPeriodMs;
    const nodes = this.#cluster.startupNodes();
    const options = nodes[this.#looks++ % nodes.length] ?? {};
    const { host = 'localhost', port = 6379 } = options as { host?: string; port?: number };
    const endpoint = (): Promise<Endpoint> => this.#endpointOf(options);
    this.#dial(`${host}:${port}`, targetWith(startupTarget(options, this.#parts), { endpoint }));
  }

  /**
   * Call when the cluster is serving, or is no longer needed: cancels the attempt in progress, if any, and forgets why
   * earlier attempts failed.
   */
  stop(): void {
    this.#ticket?.cancel();
    this.#ticket = undefined;
    this.#cause = undefined;
  }

  /** Stops for good: nothing is dialed from now on. */
  close(): void {
    this.stop();
    this.#dueAt = Infinity;
  }

  async #endpointOf(options: NodeOptions): Promise<Endpoint> {
    try {
      const [node = options] = await this.#cluster.resolveStartupNodes([options]);
      return ownEndpoint(node);
    } catch (error) {
      throw new EstablishError('dns', error);
    }
  }

  #dial(address: string, target: Target): void {
    const attempts = new ConnectionAttempts(target, this.#parts.settings.clock, this.#tlsMismatch);
    // The diagnosis has a dialer of its own, because the node's dialer may be busy with the attempts that fail.
    const ticket = this.#parts.dialers.of(`diagnosis of ${address}`).dial({
      priority: 'command',
      isPatient: true,
      attempt: (attempt) =>
        attempts.run(attempt, new HedgeTurns(), ({ cause }) => {
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
}
