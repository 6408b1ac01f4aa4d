import type { LaneCircuits } from '../../circuit/lane-circuits.ts';
import type { FastRoute } from '../../command/dispatch.ts';
import type { ConnectionNews } from '../../connection/connection-news.ts';
import { Connection } from '../../connection/connection.ts';
import type { CredentialsHolder } from '../../connection/reauthenticate.ts';
import type { ClusterDriver, NodeDriver, SlotRange } from '../../driver/cluster-driver.ts';
import type { SendCommand } from '../../driver/driver-command.ts';
import { EstablishError, type Target } from '../../handshake/establish.ts';
import type { OpenSocket } from '../../handshake/open-socket.ts';
import type { Listener } from '../../listener.ts';
import type { Settings } from '../../options/settings.ts';
import { afterRunning } from '../../event-loop/after-running.ts';
import type { Flushes, FlushKind } from '../../event-loop/flush.ts';
import { stallDetectorOf } from '../../event-loop/thaw-watches.ts';
import { NodeRoute } from '../direct/node-route.ts';
import { noteRedirections, Redirections } from '../direct/redirections.ts';
import type { NodeDialers } from './node-dialers.ts';
import { leaveNode } from './leave-node.ts';
import { nodeTarget } from './node-target.ts';
import { slotsOfNode } from '../slots/slots-of-node.ts';
import { isMovable, isRead } from './movable-commands.ts';
import { NodeCommands } from './node-commands.ts';
import { blocked, found, silent, type NodeNews } from './node-news.ts';
import { SingleAttempt } from './single-attempt.ts';
import { Staleness } from './staleness.ts';

export interface ClusterNodeParts {
  readonly credentials: CredentialsHolder;
  readonly open: OpenSocket;
  readonly settings: Settings;
  readonly flushes: Flushes;
  readonly dialers: NodeDialers;
}

/** The methods and properties of the cluster that one of its nodes needs. */
export interface AroundNode {
  readonly cluster: Pick<ClusterDriver, 'send' | 'isReady'>;
  /** Returns the circuit breakers of the node. */
  circuits(): LaneCircuits;
  /** Whether reads that this node does not answer can be sent to other nodes. */
  readonly hasReadsElsewhere: boolean;
}

// A MULTI whose commands are sent one by one needs its own connection, but a cluster client shares its connections.
const ofClusterNode = { onDead: 'drop', hearsBytes: true, client: { isInsideMulti: false } } as const;

/** Connecting may take this many times as long as it usually takes to connect to the farthest node. */
const toleratedConnects = 2;

/**
 * The connection to one node of a cluster. A broken connection is not remade: ioredis drops the node and finds out
 * which node now serves its slots. No command is sent to a silent node, which is a node whose reply is overdue.
 */
export class ClusterNode implements Listener<ConnectionNews> {
  readonly connection: Connection;
  readonly staleness: Staleness;
  readonly #driver: NodeDriver;
  readonly #around: AroundNode;
  readonly #settings: Settings;
  readonly #dialers: NodeDialers;
  readonly #target: Target;
  readonly #redirections: Redirections;
  readonly #route: NodeRoute;
  readonly #commands: NodeCommands;
  readonly #tell: (news: NodeNews) => void;
  /** Whether connecting is taking unusually long. */
  #isSlow = false;
  /** Whether QUIT was sent: a later command could break the connection before replies are read, and its end is no loss. */
  #isLeaving = false;
  #stopWaiting: (() => void) | undefined;

  constructor(
    driver: NodeDriver,
    parts: ClusterNodeParts,
    around: AroundNode,
    tell: (news: NodeNews) => void,
  ) {
    const { settings, flushes, dialers } = parts;
    this.#driver = driver;
    this.#around = around;
    this.#settings = settings;
    this.#dialers = dialers;
    this.staleness = new Staleness(settings.clock);
    this.#tell = tell;
    this.#target = nodeTarget(driver, parts);
    const source = new SingleAttempt(dialers.of(driver.address), this.#target, settings.clock);
    const ofNode = { begin: (now: number, kind: FlushKind) => flushes.begin(now, kind, around.circuits()) };
    const own = { driver, target: this.#target, source, settings, flushes: ofNode, ...ofClusterNode };
    this.connection = new Connection(own, this);
    this.#redirections = new Redirections(around.cluster.send);
    this.#route = new NodeRoute(driver, this.connection.wire, around, this.#redirections);
    this.#commands = new NodeCommands(driver, this.connection, settings, around.cluster);
    driver.takeOver(this.#send, this.connection.connector);
    driver.beginAgain();
  }

  /** Whether a command, or the attempt to connect, has been unanswered for too long. */
  get isSilent(): boolean {
    return this.#isSlow || this.connection.isSilent;
  }

  get address(): string {
    return this.#driver.address;
  }

  /** Whether the node is connected, not silent, and not being left. */
  get isAnswering(): boolean {
    return this.#driver.status === 'ready' && !this.isSilent && !this.#isLeaving;
  }

  /** Where to write plain commands directly (see `FastRoute`); undefined while the client must send all commands. */
  get route(): FastRoute | undefined {
    return this.isAnswering ? this.#route.whenOpen() : undefined;
  }

  /** Whether the node would reply to a command immediately: it is answering, and no call blocks its connection. */
  get answersAtOnce(): boolean {
    return this.isAnswering && this.#driver.oldestUnanswered()?.call?.blockingMs === undefined;
  }

  /** Asks the node for the owners of the slots (see {@link slotsOfNode}). */
  slots(signal: AbortSignal, timeoutMs: number): Promise<readonly SlotRange[]> {
    const own = { driver: this.#driver, wire: this.connection.wire, target: this.#target };
    const { clock } = this.#settings;
    return slotsOfNode({ ...own, clock, answersAtOnce: this.answersAtOnce }, signal, timeoutMs);
  }

  /** Destroys the socket, if any, and resolves when it has closed. */
  close(): Promise<void> {
    const { socket } = this.connection.wire;
    if (socket === undefined || socket.closed) return Promise.resolve();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.connection.drop('closed');
    return closed;
  }

  /** Call when the cluster no longer uses the node. */
  stop(): void {
    this.#clearTimer();
    // A node that is removed while silent counts as lost, because subscribers may have missed messages.
    if (this.connection.isSilent) this.#tell({ kind: 'lost', cause: 'stalled' });
  }

  readonly #send: SendCommand = (command, stream, node) => {
    const { call } = command;
    if (command.name === 'quit') this.#isLeaving = !leaveNode(command, this.#driver, this.isSilent);
    if (command.name === 'quit' && !this.#isLeaving) return command.promise;
    const reply = this.#redirections.replyTo(command);
    if (reply !== undefined) {
      command.reject(reply);
      return command.promise;
    }
    // The node was reached so late that the call has already been settled, so the command must not run any more.
    if (call?.settled === true && stream === undefined) return command.promise;
    if (call !== undefined && this.isSilent) {
      call.written = undefined;
      command.reject(new EstablishError('stalled', undefined));
      return command.promise;
    }
    // ioredis resends a command only after a redirection, so the command did not run on the node that got it first.
    if (call !== undefined) {
      call.written = this.#driver.status === 'ready' ? this.connection.wire.currentFlush() : undefined;
      if (call.written !== undefined) call.slow?.written(stallDetectorOf(this.#settings.clock).stalledMs);
      if (!call.isBatch) noteRedirections(command, call);
      if (call.blockingMs !== undefined) call.releases = this.connection.wire.releases;
    }
    if (call === undefined) this.#commands.given(command);
    if (call !== undefined && this.#driver.isReplica) this.staleness.watch(command);
    if (call?.blockingMs !== undefined) this.#tell(blocked);
    return this.#driver.send(command, stream, node);
  };

  onNews(news: ConnectionNews): void {
    switch (news.kind) {
      case 'bytes-read':
      case 'bytes-written':
      case 'doubtful':
        return this.#tell(news);
      case 'away':
        if (news.isFirst && news.since === undefined) this.#beginConnecting();
        return;
      case 'silent':
        this.#tell(silent);
        this.#moveKeyless();
        this.#arm(this.#settings.connection.maxStallMs, () => this.connection.drop('stalled'));
        return;
      case 'cleared':
      case 'verified':
        if (news.kind === 'verified' || this.connection.state === 'ready') this.#heard();
        return;
      case 'changed':
        this.#tellTrouble();
        if (this.connection.isServerSilent) this.#moveReads();
        return;
      case 'ended':
        this.stop();
        return;
      default:
      // The other reports concern waiting calls and subscriptions, which belong to the cluster client, not a node.
    }
  }

  #tellTrouble(): void {
    const { state, cause } = this.connection;
    if (cause === undefined || state === 'stalled') return;
    this.#commands.noteLoss(cause);
    if (!this.#isLeaving) this.#tell({ kind: state === 'reconnecting' ? 'lost' : 'away', cause });
  }

  /** Drops the connection if only reads are in flight, which other nodes can serve; a write may yet be answered. */
  #moveReads(): void {
    if (!this.#around.hasReadsElsewhere) return;
    if (this.#driver.unanswered().every((command) => command.call === undefined || isRead(command)))
      this.connection.drop('stalled');
  }

  /** Makes other nodes serve the reads in flight that any node can serve, such as PING. */
  #moveKeyless(): void {
    this.#driver.rejectSent(isMovable, new EstablishError('stalled', undefined));
  }

  #beginConnecting(): void {
    const { minStallMs, maxStallMs } = this.#settings.connection;
    const usualMs = Math.min(maxStallMs, toleratedConnects * this.#dialers.connectMs);
    this.#arm(Math.max(minStallMs, usualMs), () => {
      this.#isSlow = true;
      this.#tell(silent);
      const error = new EstablishError('stalled', undefined);
      if (this.#around.hasReadsElsewhere) this.#driver.rejectWaiting(isRead, error);
    });
  }

  #heard(): void {
    this.#clearTimer();
    this.#isSlow = false;
    this.#tell(found);
  }

  #arm(delayMs: number, action: () => void): void {
    this.#clearTimer();
    this.#stopWaiting = afterRunning(this.#settings.clock, delayMs, action);
  }

  #clearTimer(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }
}
