import type { CauseCode } from '../cause.ts';
import type { Call } from '../command/call.ts';
import { Entrance } from '../command/entrance.ts';
import { Gate } from '../command/gate.ts';
import type { ConnectionSignal, LiveConnectionState } from '../connection/connection-state.ts';
import { connectionTransition } from '../connection/connection-transition.ts';
import type { ClientParts, ProtectedClient } from '../connection/protected-client.ts';
import type { CredentialsHolder } from '../connection/reauthenticate.ts';
import type { ClusterDriver } from '../driver/cluster-driver.ts';
import type { OpenSocket } from '../handshake/open-socket.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { ConnectionState } from '../snapshot.ts';
import { ClusterDiagnosis } from './cluster-diagnosis.ts';
import { clusterDispatch, slotOf } from './cluster-dispatch.ts';
import { ClusterFlushes } from './cluster-flushes.ts';
import { ClusterTopology } from './cluster-topology.ts';
import { ConnectPace } from './connect-pace.ts';
import { leaveBy } from './leave-by.ts';
import { NodeDialers } from './nodes/node-dialers.ts';
import { takeReplicaRefusal } from './nodes/staleness.ts';
import type { TopologyNews } from './topology-news.ts';

/**
 * Protects a cluster client with one gate, which admits, queues or rejects its calls, and one connection to each node.
 * While anything is wrong, the owners of the slots are reread. The client as a whole has the same states as a single
 * connection. ioredis follows redirections; the gate handles all other failures of a call.
 */
export class ProtectedCluster implements ProtectedClient {
  readonly gate: Gate;
  readonly #cluster: ClusterDriver;
  readonly #parts: ClientParts;
  readonly #flushes: ClusterFlushes;
  readonly topology: ClusterTopology;
  readonly server = undefined;
  readonly #dialers: NodeDialers;
  readonly #diagnosis: ClusterDiagnosis;
  readonly #pace: ConnectPace;
  #state: LiveConnectionState;

  constructor(cluster: ClusterDriver, credentials: CredentialsHolder, open: OpenSocket, parts: ClientParts) {
    this.#cluster = cluster;
    this.#parts = parts;
    const { settings, flushes } = parts;
    const { clock, random, connection } = settings;
    this.#flushes = new ClusterFlushes(flushes, clock);
    const dispatch = clusterDispatch(cluster, this.#flushes, () => this.topology);
    this.gate = new Gate(parts.gateParts, this, dispatch);
    this.#dialers = new NodeDialers({ clock, random, ...connection });
    const ofNodes = { credentials, open, settings, dialers: this.#dialers };
    this.#diagnosis = new ClusterDiagnosis(cluster, ofNodes, (cause) => this.#away(cause));
    this.topology = new ClusterTopology(
      cluster,
      { ...ofNodes, flushes, clusterFlushes: this.#flushes, isAwaited: () => this.gate.counts().waiting > 0 },
      (news) => this.#onTopologyNews(news),
    );
    this.#state = cluster.isReady
      ? { kind: 'ready', since: clock.now(), isSuspect: false }
      : { kind: 'idle' };
    if (cluster.isReady) this.gate.serve();
    const entrance = new Entrance(this.gate, parts.gateParts, this, dispatch);
    this.#pace = new ConnectPace({ clock, random, periodMs: connection.minPeriodMs });
    const leave = leaveBy(this.gate, entrance, settings);
    cluster.takeOver(entrance.handle, () => this.#pace.nextMs(), leave);
    cluster.on('connecting', () => this.#onConnecting());
    cluster.on('ready', () => void this.#onReady());
    cluster.on('close', () => this.#unreachable('connection-reset'));
    cluster.on('end', () => this.#onEnd());
    // Without a listener, the driver prints its errors. The driver emits an error for each failed attempt and, while
    // the cluster is serving, for each failure of a sharded subscriber.
    cluster.on('error', () => this.#attemptFailed());
  }

  get state(): ConnectionState {
    return this.#state.kind;
  }

  get cause(): CauseCode | undefined {
    return 'cause' in this.#state ? this.#state.cause : undefined;
  }

  get isServerSilent(): boolean {
    return false;
  }

  get connections(): number {
    return this.topology.nodes.count;
  }

  get readyConnections(): number {
    return this.topology.nodes.readyCount;
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
    return this.topology.partlyAwayBy;
  }

  nextAttemptMs(): number | undefined {
    const isDialing = this.state !== 'ready' && this.state !== 'ended';
    return isDialing ? this.#parts.settings.connection.minPeriodMs : undefined;
  }

  judge({ cause, scope }: ReplyVerdict, call: Call): void {
    // Only a MOVED reply has the scope `command`: the driver does not follow MOVED in every pipeline.
    if (cause !== 'cluster-down' || scope === 'command' || takeReplicaRefusal(call))
      this.topology.trouble(scope === 'command');
    else if (scope === 'slot') this.topology.saysUncovered(slotOf(this.#cluster, call));
    else this.topology.saysDown(slotOf(this.#cluster, call), scope === 'write-lane');
  }

  drop(_cause: CauseCode): void {
    this.topology.trouble();
  }

  ask(command: string, args: readonly string[]): Promise<unknown> {
    return this.#cluster.ask(command, args);
  }

  discardCounts(): void {
    this.topology.discardCounts();
  }

  ping(): void {
    this.topology.nodes.ping();
  }

  async disconnect(): Promise<void> {
    this.topology.stop();
    this.#diagnosis.close();
    if (this.#cluster.hasEnded) return;
    await this.#cluster.endMostNodes(this.#parts.settings.clock);
    const ended = this.#cluster.end();
    // The commands in flight have already been given time to finish, so the sockets need not wait for them.
    await Promise.all([ended, this.topology.nodes.close()]);
    this.#dialers.release();
  }

  #onTopologyNews(news: TopologyNews): void {
    switch (news.kind) {
      case 'slots-read':
        this.#serves();
        return;
      case 'reading-is-slow':
        if (this.state !== 'ready') this.#diagnosis.look();
        return;
      case 'unreachable':
        this.#unreachable(news.cause);
        return;
      case 'parts-changed':
        this.#onPartsChanged();
        return;
      case 'gap':
      case 'resubscribe-failed':
        this.#parts.tell(news);
        return;
      default:
        news satisfies never;
    }
  }

  #onPartsChanged(): void {
    const { state } = this;
    const { isAllAway, partlyAwayBy } = this.topology;
    if (isAllAway && state === 'ready') this.#signal({ kind: 'away', cause: partlyAwayBy ?? 'cluster-down' });
    else if (!isAllAway && state === 'stalled') this.#signal({ kind: 'answered' });
    else this.#parts.tell({ kind: 'changed' });
    this.gate.refresh();
  }

  #onConnecting(): void {
    this.#pace.began();
    this.#signal({ kind: 'dial' });
  }

  // Calls are sent even before the nodes have reported that the cluster is up; only the state `ready` and the event
  // `ready` of the client wait for this report.
  async #onReady(): Promise<void> {
    this.gate.serve();
    if (await this.topology.checkStates()) this.#cluster.tellReady();
    this.#serves();
  }

  #serves(): void {
    if (!this.#cluster.isReady || this.state === 'ready' || this.state === 'stalled') return;
    this.#diagnosis.stop();
    const report = { durationMs: 0, cause: undefined, nextAttemptMs: undefined };
    this.#parts.tell({ kind: 'attempt', report });
    this.#signal({ kind: 'dial' });
    this.#signal({ kind: 'ready' });
    this.#onPartsChanged();
  }

  #attemptFailed(): void {
    if (this.#cluster.isReady) return this.topology.trouble();
    this.#unreachable(this.topology.readingFailure ?? 'connection-reset');
    const nextAttemptMs = this.nextAttemptMs();
    this.#parts.tell({ kind: 'attempt', report: { durationMs: 0, cause: this.cause, nextAttemptMs } });
  }

  #unreachable(assumed: CauseCode): void {
    this.#away(this.#diagnosis.cause ?? assumed);
    this.#diagnosis.look();
  }

  #away(cause: CauseCode): void {
    if (this.#cluster.isClosing()) return;
    // A lost connection is not reported if the cause of the outage is already known.
    if (cause === 'connection-reset' && this.cause !== undefined) return;
    const { state } = this;
    if (state === 'ready' || state === 'stalled') this.#signal({ kind: 'lost', cause });
    else if (this.cause !== cause) this.#signal({ kind: 'attempt-failed', cause });
  }

  #onEnd(): void {
    this.topology.stop();
    this.#diagnosis.stop();
    this.#signal({ kind: 'ended' });
  }

  #signal(signal: ConnectionSignal): void {
    const { state, effects } = connectionTransition(this.#state, signal, this.#parts.settings.clock.now());
    this.#state = state;
    for (const effect of effects) {
      if (effect === 'serve') this.gate.serve();
      // A cluster is `stalled` if no node can serve calls. The gate need not hold all calls then, because each call
      // waits if its own slot is unavailable. When the client has ended, its nodes may still reply.
      else if (effect === 'hold' && state.kind !== 'stalled') this.#hold(state);
      else if (effect === 'end') this.gate.end(true);
      else if (effect === 'publish') this.#parts.tell({ kind: 'changed' });
    }
  }

  #hold(state: LiveConnectionState): void {
    if (state.kind === 'connecting') this.gate.reopen();
    const isFirst = state.kind === 'connecting' && state.cause === undefined;
    this.gate.hold('since' in state && !isFirst ? state.since : undefined);
  }
}
