import { once } from 'node:events';
import { Command, type Cluster, type Redis } from 'ioredis';
import type { CauseCode } from '../cause.ts';
import { Entrance } from '../command/entrance.ts';
import { Gate } from '../command/gate.ts';
import { giveCredentials, type CredentialsHolder } from '../connection/reauthenticate.ts';
import { debug } from '../debug.ts';
import * as clusterDriver from '../ioredis/cluster-client.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import * as driver from '../ioredis/client.ts';
import type { Member, MemberHost } from '../resilience/member.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { ConnectionState } from '../snapshot.ts';
import { clusterDispatch, ClusterFlushes } from '../ioredis/cluster-dispatch.ts';
import { ClusterDiagnosis } from './cluster-diagnosis.ts';
import { ClusterNode } from './cluster-node.ts';
import { LostNodes } from './lost-nodes.ts';
import { SlotWatch } from './slot-watch.ts';
import { WatchedNodes } from './watched-nodes.ts';

/**
 * Protects a cluster client: one gate before all its commands, a watch on each node's connection, and fresh slots for
 * as long as there is trouble. Redirections stay ioredis' own; everything that fails comes back to the gate.
 */
export class ClusterMember implements Member {
  readonly gate: Gate;
  readonly #cluster: Cluster;
  readonly #credentials: CredentialsHolder;
  readonly #host: MemberHost;
  readonly #flushes: ClusterFlushes;
  readonly #nodes: WatchedNodes;
  readonly #slotWatch: SlotWatch;
  readonly #lostNodes: LostNodes;
  readonly #diagnosis: ClusterDiagnosis;
  #state: ConnectionState = 'idle';
  #cause: CauseCode | undefined;
  #awaySince = 0;

  constructor(cluster: Cluster, credentials: CredentialsHolder, host: MemberHost) {
    this.#cluster = cluster;
    this.#credentials = credentials;
    this.#host = host;
    this.#flushes = new ClusterFlushes(host);
    const dispatch = clusterDispatch(cluster, driver.sendCommandOf(cluster), this.#flushes);
    this.gate = new Gate(host.gateParts, this, dispatch);
    const { clock, random, settings } = host;
    const { minPeriodMs } = settings.connection;
    this.#lostNodes = new LostNodes(clock, random, minPeriodMs);
    this.#diagnosis = new ClusterDiagnosis(cluster, credentials, host, (cause) => this.#away(cause));
    this.#nodes = new WatchedNodes(
      (node) => this.#watchOver(node),
      () => this.#slotWatch.trouble(),
    );
    this.#slotWatch = new SlotWatch(cluster, clock, random, minPeriodMs, {
      onServes: () => this.#serves(),
      onDown: () => {
        if (this.#state === 'ready') this.#leave('stalled', 'cluster-down');
      },
      onNewEpoch: () => debug('%s: the cluster has a new epoch, its slots are read', settings.name),
      onUnreachable: () => this.#unreachable('connection-refused'),
      answers: (node) => node.status === 'ready' && !this.#nodes.isSilent(node),
    });
    clusterDriver.takeOverCluster(cluster, () => minPeriodMs * (0.9 + 0.2 * random()));
    clusterDriver.beforeSlots(cluster, (node) => this.#beforeSlots(node));
    driver.interceptSendCommand(cluster, new Entrance(this.gate, host.gateParts, this, dispatch).handle);
    clusterDriver.onClusterSubscriber(cluster, (subscriber) => this.#nodes.watch(subscriber));
    cluster.on('+node', (node: Redis) => this.#nodes.watch(node));
    cluster.on('-node', (node: Redis) => this.#nodes.forget(node));
    for (const node of cluster.nodes()) this.#nodes.watch(node);
    cluster.on('refresh', () => this.#onSlots());
    cluster.on('connecting', () => this.#onConnecting());
    cluster.on('ready', () => this.#serves());
    cluster.on('close', () => this.#unreachable('connection-reset'));
    cluster.on('end', () => this.#onEnd());
    cluster.on('node error', () => this.#slotWatch.trouble());
    // Without a listener the driver prints it. It tells of failed attempts, and, while it serves, of sharded subscribers.
    cluster.on('error', () => this.#attemptFailed());
  }

  begin(): void {
    if (this.#cluster.status === 'ready') this.#serves();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get cause(): CauseCode | undefined {
    return this.#state === 'ready' ? undefined : this.#cause;
  }

  get connections(): number {
    return this.#nodes.count;
  }

  get readyConnections(): number {
    return this.#nodes.readyCount;
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
    return this.#lostNodes.partlyAwayBy;
  }

  nextAttemptMs(): number | undefined {
    const isDialing = this.#state !== 'ready' && this.#state !== 'ended';
    return isDialing ? this.#host.settings.connection.minPeriodMs : undefined;
  }

  judge({ cause }: ReplyVerdict): void {
    // One node that loads or is busy is its own trouble; the cluster being down is everybody's.
    if (cause === 'cluster-down' && this.#state === 'ready') void this.#slotWatch.checkState();
    else this.#slotWatch.trouble();
  }

  drop(_cause: CauseCode): void {
    this.#slotWatch.trouble();
  }

  ask(command: string, args: readonly string[]): Promise<unknown> {
    const question = new Command(command, [...args], { replyEncoding: 'utf8' });
    this.#flushes.sendPastGate(question as unknown as DriverCommand);
    return question.promise;
  }

  prove(): void {
    this.#nodes.prove();
  }

  async disconnect(): Promise<void> {
    this.#slotWatch.stop();
    this.#diagnosis.close();
    if (this.#cluster.status === 'end') return;
    const closed = this.#nodes.closed();
    this.#cause ??= 'closed';
    const ended = once(this.#cluster, 'end');
    this.#cluster.disconnect();
    clusterDriver.endIdleCluster(this.#cluster);
    await ended;
    await closed;
    clusterDriver.settleEnded(this.#cluster);
  }

  #watchOver(node: Redis): ClusterNode {
    return new ClusterNode(node, this.#credentials, this.#host, this.#flushes, this.#lostNodes, {
      onTrouble: () => {
        this.#slotWatch.trouble();
        this.#judgeParts();
      },
      onFound: () => this.#judgeParts(),
    });
  }

  #beforeSlots(node: Redis): 'skip' | Promise<unknown> | undefined {
    // A node that is lost is asked for the slots only where there is none else.
    const isLost = this.#lostNodes.has(clusterDriver.addressOf(node)) && this.readyConnections > 0;
    if (isLost || this.#nodes.isSilent(node)) return 'skip';
    // The driver asks over a connection of its own, which knows no more than the options of the node.
    if (this.#credentials.source === undefined) return undefined;
    return giveCredentials(node, this.#credentials, this.#host.settings);
  }

  #onSlots(): void {
    clusterDriver.rememberNodes(this.#cluster);
    this.#judgeParts();
    if (this.#lostNodes.partlyAwayBy === undefined) return;
    this.#slotWatch.trouble();
    // Nobody may ask for its keys for long: it is asked here, so that it is known when it is back.
    for (const node of this.#cluster.nodes('master'))
      if (node.status === 'wait') node.connect().catch(ignore);
  }

  #judgeParts(): void {
    if (this.#lostNodes.judge(clusterDriver.primaryAddresses(this.#cluster))) this.#host.onMemberChange();
  }

  #onConnecting(): void {
    if (this.#state === 'ended' || this.#state === 'idle') {
      this.gate.reopen();
      this.#state = 'connecting';
      this.#host.onMemberChange();
    }
  }

  #serves(): void {
    const isServing = this.#cluster.status === 'ready' && !this.#slotWatch.isAwaitingState;
    if (!isServing || this.#state === 'ready') return;
    this.#state = 'ready';
    this.#cause = undefined;
    this.#diagnosis.stop();
    this.#host.onAttempt({ durationMs: 0, cause: undefined, nextAttemptMs: undefined });
    this.gate.serve();
    this.#host.onMemberChange();
  }

  #attemptFailed(): void {
    if (this.#cluster.status === 'ready') return this.#slotWatch.trouble();
    this.#unreachable('connection-refused');
    this.#host.onAttempt({ durationMs: 0, cause: this.#cause, nextAttemptMs: this.nextAttemptMs() });
  }

  #unreachable(assumed: CauseCode): void {
    this.#away(this.#diagnosis.cause ?? this.#lostNodes.partlyAwayBy ?? assumed);
    this.#diagnosis.look();
  }

  #away(cause: CauseCode): void {
    // What the first failure told is not untold by the closing that follows it.
    if (this.#state === 'ended' || (this.#cause !== undefined && cause === 'connection-reset')) return;
    if (this.#cause === cause && this.#state !== 'ready') return;
    this.#leave(this.#state === 'connecting' ? 'connecting' : 'reconnecting', cause);
  }

  #leave(state: ConnectionState, cause: CauseCode): void {
    if (this.#state === 'ready' || this.#cause === undefined) this.#awaySince = this.#host.clock.now();
    this.#state = state;
    this.#cause = cause;
    this.gate.hold(this.#awaySince);
    this.#host.onMemberChange();
  }

  #onEnd(): void {
    this.#slotWatch.stop();
    this.#diagnosis.stop();
    this.#state = 'ended';
    this.#cause = undefined;
    this.gate.end();
    this.#host.onMemberChange();
  }
}

function ignore(): void {
  // Told to the node's own listener.
}
