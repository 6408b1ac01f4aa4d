import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { Clock, Random, TimerHandle } from '../../clock.ts';
import { Alarm } from '../../event-loop/alarm.ts';
import { connectWitness } from './witnesses.ts';
import type { FailoverSigns } from './failover-signs.ts';
import type { ClusterState } from './cluster-state.ts';
import { MissingNodes } from './missing-nodes.ts';
import { NodeStates } from './node-states.ts';
import { ReadingPace } from './reading-pace.ts';

/** A report from a `SlotWatch`: a finding, or a task that is due. */
export type SlotNews =
  /** A node reported whether the cluster is up. */
  | { readonly kind: 'state'; readonly address: string; readonly isUp: boolean }
  /** This node reported that a failover is under way, or that it has completed (`isOver`). */
  | { readonly kind: 'failover'; readonly address: string; readonly isOver: boolean }
  /** The slots were read. */
  | { readonly kind: 'slots-read' }
  /** The slots could not be read from any node. */
  | { readonly kind: 'unreachable' }
  /** A check has begun: dial the lost nodes now. */
  | { readonly kind: 'look' };

export interface SlotWatchParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds between two checks. */
  readonly periodMs: number;
  /** Returns the nodes that may be asked, because they are connected and not silent. */
  readonly answering: () => readonly NodeDriver[];
  /** Returns the replicas that may be asked whether they have taken over from a lost primary. */
  readonly candidates: () => readonly NodeDriver[];
  /** Detects failovers from the states that the nodes report. */
  readonly signs: FailoverSigns;
  /** Returns whether any node or slot of the cluster is unavailable. */
  readonly isPartAway: () => boolean;
  /** Returns whether any call waits until the cluster can serve it. */
  readonly isAwaited: () => boolean;
}

/** How long the cluster is still watched after the last failure, in milliseconds. */
const aftermathMs = 3000;
/**
 * When a failover is over, the first check comes after this many milliseconds. Checks are frequent after a failover,
 * because the nodes learn one after another that it is over.
 */
const firstStepMs = 8;
const stepGrowth = 1.5;
const maxAskedNodes = 8;

/**
 * Watches the cluster while something is wrong with it, and for a while afterwards. Each check asks a few nodes for the
 * cluster's state, which costs almost nothing. The full slot table is read at growing intervals, and immediately when a
 * node reports that a failover has completed.
 */
export class SlotWatch {
  readonly #cluster: ClusterDriver;
  readonly #parts: SlotWatchParts;
  readonly #tell: (news: SlotNews) => void;
  readonly #states: NodeStates;
  #until = 0;
  readonly #pace: ReadingPace;
  readonly #missing = new MissingNodes();
  readonly #missingAlarm: Alarm;
  #isReading = false;
  /** Milliseconds until the next check after a failover; the value grows with each check up to `periodMs`. */
  #stepMs = Infinity;
  /** Nodes that are asked one by one until the next check. */
  #turns: readonly NodeDriver[] = [];
  /** The time until the next check is divided into this many equal parts, and one node is asked in each. */
  #shares = 1;
  #timer: TimerHandle | undefined;

  constructor(cluster: ClusterDriver, parts: SlotWatchParts, tell: (news: SlotNews) => void) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.#pace = new ReadingPace(parts.periodMs);
    this.#tell = tell;
    this.#states = new NodeStates(parts, (...report) => this.#onState(...report));
    this.#missingAlarm = new Alarm(parts.clock, { look: () => this.#readMissing() });
    cluster.on('slots-read', () => this.#noteListed());
  }

  trouble(): void {
    if (this.#cluster.hasEnded) return;
    const now = this.#parts.clock.now();
    if (now > this.#until) this.#pace.begin(this.#cluster.owners().size);
    this.#until = now + aftermathMs;
    if (this.#timer === undefined) this.#arm();
  }

  /**
   * Call when a node is unavailable. With `isNew`, the slots may have changed just now, so they are read at the next
   * check even if they were read recently.
   */
  nodeAway(isNew: boolean): void {
    this.trouble();
    if (isNew) this.#pace.readNext();
  }

  /** Asks up to eight responsive nodes whether the cluster is up. Resolves with false if any reported it as down. */
  async checkStates(): Promise<boolean> {
    this.trouble();
    await Promise.all(this.#parts.answering().slice(0, maxAskedNodes).map(this.#states.ask));
    return this.#states.areUp;
  }

  /** Reads the slots now, unless they are already being read. */
  readSlots(): void {
    if (this.#isReading || !this.#cluster.isReady) return;
    this.#pace.reads(this.#parts.clock.now(), this.#cluster.owners().size);
    this.#isReading = true;
    this.#cluster.readSlots().then(
      () => this.#slotsRead(true),
      () => this.#slotsRead(false),
    );
  }

  stop(): void {
    if (this.#timer !== undefined) this.#parts.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#missingAlarm.clear();
    this.#states.stop();
    this.#turns = [];
    this.#shares = 1;
    this.#until = 0;
  }

  #noteListed(): void {
    if (!this.#cluster.readsFromReplicas) return;
    this.#missing.noteListed(this.#cluster.serving(), this.#parts.clock.now());
    this.#missingAlarm.clear();
    this.#awaitMissing();
  }

  #readMissing(): void {
    if (this.#awaitMissing()) this.readSlots();
  }

  /** Returns whether a node is missing from the slots, which are then read again after a pause. */
  #awaitMissing(): boolean {
    const { clock, random } = this.#parts;
    const now = clock.now();
    const pauseMs = this.#missing.pauseMs(now);
    if (pauseMs !== undefined) this.#missingAlarm.set(now + pauseMs * (0.9 + 0.2 * random()), false);
    return pauseMs !== undefined;
  }

  #arm(): void {
    const { clock, periodMs, random } = this.#parts;
    const pauseMs = Math.min(periodMs, this.#stepMs) / this.#shares;
    this.#stepMs *= stepGrowth;
    this.#timer = clock.setTimeout(() => this.#onTimer(), pauseMs * (0.9 + 0.2 * random()));
    this.#timer.unref?.();
  }

  #onTimer(): void {
    const [node, ...others] = this.#turns;
    if (node === undefined) return this.#look();
    this.#turns = others;
    void this.#states.ask(node);
    this.#arm();
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#parts.clock.now();
    const isOver = now > this.#until && !this.#parts.isPartAway();
    if (isOver || this.#cluster.hasEnded) {
      this.#parts.signs.forget();
      this.#states.forget();
      return;
    }
    if (this.#pace.isDue(now, this.#parts.isAwaited())) this.readSlots();
    this.#tell({ kind: 'look' });
    const { isPartAway, random } = this.#parts;
    const answering = this.#parts.answering();
    const nodes = [...this.#parts.candidates(), ...this.#nodesToAsk(answering)];
    if (isPartAway()) connectWitness(this.#cluster, answering, random);
    this.#askInTurns(nodes, isPartAway() && this.#stepMs >= this.#parts.periodMs);
    this.#arm();
  }

  /**
   * Asks these nodes. If `isSpread`, asks only the first node now, and the others one by one until the next check. Any
   * node can report the end of a failover, so asking single nodes at short intervals reveals the end soon.
   */
  #askInTurns(nodes: readonly NodeDriver[], isSpread: boolean): void {
    const now = isSpread ? nodes.slice(0, 1) : nodes;
    this.#turns = nodes.slice(now.length);
    this.#shares = this.#turns.length + 1;
    for (const node of now) void this.#states.ask(node);
  }

  #nodesToAsk(nodes: readonly NodeDriver[]): readonly NodeDriver[] {
    if (nodes.length <= maxAskedNodes) return nodes;
    const first = Math.floor(this.#parts.random() * nodes.length);
    return [...nodes, ...nodes].slice(first, first + maxAskedNodes);
  }

  #slotsRead(isAnswered: boolean): void {
    this.#isReading = false;
    if (this.#until === 0) return;
    if (!isAnswered) {
      // If no node answered, the slots are requested again at the next check.
      this.#until = this.#parts.clock.now() + aftermathMs;
      this.#pace.begin(this.#cluster.owners().size);
    }
    this.#tell(isAnswered ? { kind: 'slots-read' } : { kind: 'unreachable' });
  }

  #onState(node: NodeDriver, state: ClusterState, isAhead: boolean): void {
    if (this.#until === 0) return;
    this.#noteFailover(state, node.address);
    if (isAhead) this.#lookSoon();
    this.#tell({ kind: 'state', address: node.address, isUp: state.isUp });
  }

  /** Brings the next check forward. Later checks follow at growing intervals. */
  #lookSoon(): void {
    this.#states.chase();
    this.#stepMs = firstStepMs;
    this.#turns = [];
    this.#shares = 1;
    if (this.#timer === undefined) return;
    this.#parts.clock.clearTimeout(this.#timer);
    this.#arm();
  }

  #noteFailover(state: ClusterState, address: string): void {
    const sign = this.#parts.signs.note(address, state);
    if (sign === undefined) return;
    const isOver = sign === 'over';
    this.trouble();
    if (isOver) this.#pace.hurry(this.#parts.clock.now());
    this.#tell({ kind: 'failover', address, isOver });
    if (!isOver) return;
    this.readSlots();
    this.#lookSoon();
  }
}
