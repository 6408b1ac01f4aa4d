import type { Clock, Random } from '../../clock.ts';
import type { NodeDriver } from '../../driver/cluster-driver.ts';
import { Alarm, type Looks } from '../../event-loop/alarm.ts';
import { askState, type ClusterState } from './cluster-state.ts';

export interface NodeStatesParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Returns whether any call waits until the cluster can serve it. */
  readonly isAwaited: () => boolean;
}

/** For this long after a node has reported that a failover is over, the other nodes are asked again and again. */
const chaseMs = 1_000;
const minPauseMs = 8;
/** In a large cluster, the pause is at least this many milliseconds per node that is behind. */
const msPerNode = 0.25;
/**
 * The pause before a node is asked again is at least this many times as long as its last reply took, so that the
 * questions of many clients take up only a part of a busy node's time.
 */
const repliesPerPause = 4;

/** Receives each report of a node. `isAhead`: the node is up from now on, but others still report the cluster as down. */
type Tell = (node: NodeDriver, state: ClusterState, isAhead: boolean) => void;

/** A node that reports the cluster as down, or counts failed slots. */
interface Behind {
  readonly node: NodeDriver;
  readonly isDown: boolean;
  /** When the node is asked again; Infinity if only the next check asks it. */
  dueAt: number;
}

/**
 * Asks nodes for the state of the cluster, and remembers which of them report it as down. The nodes learn one after
 * another that a failover is over. While a call waits, each node that does not know of it yet is therefore asked again
 * shortly after its last reply.
 */
export class NodeStates implements Looks {
  readonly #parts: NodeStatesParts;
  readonly #tell: Tell;
  readonly #asked = new Set<NodeDriver>();
  readonly #behind = new Map<string, Behind>();
  readonly #alarm: Alarm;
  #chaseUntil = -Infinity;

  constructor(parts: NodeStatesParts, tell: Tell) {
    this.#parts = parts;
    this.#tell = tell;
    this.#alarm = new Alarm(parts.clock, this);
  }

  /** Whether no node reported the cluster as down when it was last asked. */
  get areUp(): boolean {
    return ![...this.#behind.values()].some(({ isDown }) => isDown);
  }

  /** Asks a node, unless its reply to the last question is still missing. */
  readonly ask = async (node: NodeDriver): Promise<void> => {
    if (this.#asked.has(node)) return;
    this.#asked.add(node);
    const askedAt = this.#parts.clock.now();
    const state = await askState(node);
    this.#asked.delete(node);
    if (state === undefined) return;
    const isAhead = this.#note(node, state, this.#parts.clock.now() - askedAt);
    this.#tell(node, state, isAhead);
  };

  /**
   * Call when a node knows that a failover is over: the nodes that do not know of it yet are asked now, and again and
   * again until they do.
   */
  chase(): void {
    const now = this.#parts.clock.now();
    this.#chaseUntil = now + chaseMs;
    for (const behind of this.#behind.values()) behind.dueAt = Math.min(behind.dueAt, now);
    this.#arm();
  }

  look(): void {
    const now = this.#parts.clock.now();
    const isChased = now < this.#chaseUntil && this.#parts.isAwaited();
    for (const behind of this.#behind.values()) {
      if (isChased && behind.dueAt > now) continue;
      behind.dueAt = Infinity;
      if (isChased) void this.ask(behind.node);
    }
    this.#arm();
  }

  /** Ends the chase. */
  stop(): void {
    this.#chaseUntil = -Infinity;
    this.#alarm.clear();
  }

  /** Forgets what the nodes have reported. */
  forget(): void {
    this.stop();
    this.#behind.clear();
  }

  /** Returns whether the node is up from now on, before others. */
  #note(node: NodeDriver, { isUp, failedSlots }: ClusterState, tookMs: number): boolean {
    const { clock, random } = this.#parts;
    const wasDown = this.#behind.get(node.address)?.isDown === true;
    this.#behind.delete(node.address);
    if (isUp && failedSlots === 0) return wasDown && !this.areUp;
    const now = clock.now();
    const pauseMs = Math.max(minPauseMs, msPerNode * this.#behind.size, repliesPerPause * tookMs);
    const dueAt = now < this.#chaseUntil ? now + pauseMs * (0.9 + 0.2 * random()) : Infinity;
    this.#behind.set(node.address, { node, isDown: !isUp, dueAt });
    this.#arm();
    return wasDown && isUp && !this.areUp;
  }

  #arm(): void {
    const dueAts = Array.from(this.#behind.values(), ({ dueAt }) => dueAt);
    this.#alarm.set(Math.min(...dueAts), false);
  }
}
