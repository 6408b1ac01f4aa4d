import type { CauseCode } from '../cause.ts';
import { Gate } from '../command/gate.ts';
import { MemberGateHost } from '../command/member-gate-host.ts';
import type { ConnectionSignal, LiveConnectionState } from '../connection/connection-state.ts';
import { connectionTransition } from '../connection/connection-transition.ts';
import type { MemberHost, ProtectedClient } from '../connection/protected-client.ts';
import type { CredentialsHolder } from '../connection/reauthenticate.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { OpenSocket } from '../handshake/open-socket.ts';
import type { ConnectionState } from '../snapshot.ts';
import { ClusterDiagnosis } from './cluster-diagnosis.ts';
import { clusterDispatch } from './cluster-dispatch.ts';
import { ClusterFlushes } from './cluster-flushes.ts';
import { ClusterTopology, type TopologyNews } from './cluster-topology.ts';
import { NodeDialers } from './node-dialers.ts';

/**
 * Protects a cluster client: one gate before all its commands, a connection of ours to each node, and fresh slots for
 * as long as there is trouble. Its state is that of a connection, and moves by the same transition. Redirections stay
 * ioredis' own; every failure comes back to the gate.
 */
export class ProtectedCluster implements ProtectedClient {
  readonly gate: Gate;
  readonly #cluster: ClusterDriver;
  readonly #host: MemberHost;
  readonly #flushes: ClusterFlushes;
  readonly #topology: ClusterTopology;
  readonly #dialers: NodeDialers;
  readonly #diagnosis: ClusterDiagnosis;
  #state: LiveConnectionState;
  #isClosing = false;

  constructor(cluster: ClusterDriver, credentials: CredentialsHolder, open: OpenSocket, host: MemberHost) {
    this.#cluster = cluster;
    this.#host = host;
    const { clock, random, settings } = host;
    const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = settings.connection;
    this.#flushes = new ClusterFlushes(host.flushes, clock);
    this.gate = new Gate(new MemberGateHost(this, host), clusterDispatch(cluster, this.#flushes));
    this.#dialers = new NodeDialers({ clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs });
    const parts = { credentials, open, settings, dialers: this.#dialers };
    this.#diagnosis = new ClusterDiagnosis(cluster, parts, (cause) => this.#away(cause));
    this.#topology = new ClusterTopology(
      cluster,
      { ...parts, flushes: host.flushes, clusterFlushes: this.#flushes },
      (news) => this.#onTopologyNews(news),
    );
    this.#state = cluster.isReady
      ? { kind: 'ready', since: clock.now(), isSuspect: false }
      : { kind: 'idle' };
    if (cluster.isReady) this.gate.serve();
    cluster.takeOver(this.gate.handle, () => minPeriodMs * (0.9 + 0.2 * random()));
    cluster.on('connecting', () => this.#signal({ kind: 'dial' }));
    cluster.on('ready', () => this.#serves());
    cluster.on('close', () => this.#unreachable('connection-reset'));
    cluster.on('end', () => this.#onEnd());
    // Without a listener the driver prints it. It tells of failed attempts, and, while it serves, of sharded subscribers.
    cluster.on('error', () => this.#attemptFailed());
  }

  get state(): ConnectionState {
    return this.#state.kind;
  }

  get cause(): CauseCode | undefined {
    return 'cause' in this.#state ? this.#state.cause : undefined;
  }

  get connections(): number {
    return this.#topology.nodes.count;
  }

  get readyConnections(): number {
    return this.#topology.nodes.readyCount;
  }

  get readAt(): number | undefined {
    return this.#flushes.lastReadAt || undefined;
  }

  get writtenAt(): number | undefined {
    return this.#flushes.lastWriteAt || undefined;
  }

  get writesHeldBy(): CauseCode | undefined {
    return undefined;
  }

  get partlyAwayBy(): CauseCode | undefined {
    return this.#topology.partlyAwayBy;
  }

  nextAttemptMs(): number | undefined {
    const isDialing = this.state !== 'ready' && this.state !== 'ended';
    return isDialing ? this.#host.settings.connection.minPeriodMs : undefined;
  }

  serverAway(cause: CauseCode): void {
    // One node that loads or is busy is its own trouble; the cluster being down is everybody's.
    if (cause === 'cluster-down' && this.state === 'ready') this.#topology.checkState();
    else this.#topology.trouble();
  }

  drop(_cause: CauseCode): void {
    this.#topology.trouble();
  }

  readOnly(): void {
    this.#topology.trouble();
  }

  ask(command: string, args: readonly string[]): Promise<unknown> {
    return this.#cluster.ask(command, args);
  }

  ping(): void {
    this.#topology.nodes.ping();
  }

  async disconnect(): Promise<void> {
    this.#topology.stop();
    this.#diagnosis.close();
    if (this.#cluster.hasEnded) return;
    const closed = this.#topology.nodes.closed();
    this.#isClosing = true;
    await this.#cluster.end();
    await closed;
    this.#cluster.settleEnded();
    this.#dialers.release();
  }

  #onTopologyNews(news: TopologyNews): void {
    switch (news) {
      case 'serves':
        this.#serves();
        return;
      case 'down':
        this.#signal({ kind: 'away', cause: 'cluster-down' });
        return;
      case 'unreachable':
        this.#unreachable('connection-refused');
        return;
      case 'parts-changed':
        this.#host.tell({ kind: 'changed' });
        return;
      default:
        news satisfies never;
    }
  }

  #serves(): void {
    const isServing = this.#cluster.isReady && !this.#topology.isDown;
    if (!isServing || this.state === 'ready') return;
    this.#diagnosis.stop();
    this.#host.tell({
      kind: 'attempt',
      report: { durationMs: 0, cause: undefined, nextAttemptMs: undefined },
    });
    this.#signal({ kind: 'dial' });
    this.#signal({ kind: 'ready' });
  }

  #attemptFailed(): void {
    if (this.#cluster.isReady) return this.#topology.trouble();
    this.#unreachable('connection-refused');
    const nextAttemptMs = this.nextAttemptMs();
    this.#host.tell({ kind: 'attempt', report: { durationMs: 0, cause: this.cause, nextAttemptMs } });
  }

  #unreachable(assumed: CauseCode): void {
    this.#away(this.#diagnosis.cause ?? this.#topology.partlyAwayBy ?? assumed);
    this.#diagnosis.look();
  }

  #away(cause: CauseCode): void {
    // The first failure told the cause; the close that follows it tells nothing.
    if (cause === 'connection-reset' && (this.cause !== undefined || this.#isClosing)) return;
    const { state } = this;
    if (state === 'ready' || state === 'stalled') this.#signal({ kind: 'lost', cause });
    else if (this.cause !== cause) this.#signal({ kind: 'attempt-failed', cause });
  }

  #onEnd(): void {
    this.#topology.stop();
    this.#diagnosis.stop();
    this.#signal({ kind: 'ended' });
  }

  #signal(signal: ConnectionSignal): void {
    const { state, effects } = connectionTransition(this.#state, signal, this.#host.clock.now());
    this.#state = state;
    for (const effect of effects) {
      if (effect === 'serve') this.gate.serve();
      else if (effect === 'hold') this.#hold(state);
      else if (effect === 'end') this.gate.end();
      else if (effect === 'publish') this.#host.tell({ kind: 'changed' });
    }
  }

  #hold(state: LiveConnectionState): void {
    if (state.kind === 'connecting') this.gate.reopen();
    const isFirst = state.kind === 'connecting' && state.cause === undefined;
    this.gate.hold('since' in state && !isFirst ? state.since : undefined);
  }
}
