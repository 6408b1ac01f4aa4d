import type { Clock, Random, TimerHandle } from '../../clock.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import { askState } from '../slots/cluster-state.ts';
import { connectWitness } from '../slots/witnesses.ts';
import type { WatchedNodes } from './watched-nodes.ts';

const periodMs = 1_000;
/** A call that blocks for less than this many milliseconds fails soon enough by itself when its node hangs. */
const longMs = 2_000;

/**
 * Watches nodes on which a call blocks for long, or without a timeout. While a call blocks on a node, the node owes no
 * reply, so nothing would show that the node hangs. Another node is therefore asked from time to time whether a primary
 * has failed or has been replaced.
 */
export class BlockedNodes {
  readonly #cluster: Pick<ClusterDriver, 'nodes' | 'primaries'>;
  readonly #nodes: Pick<WatchedNodes, 'of'>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onFailover: () => void;
  #epoch: number | undefined;
  #timer: TimerHandle | undefined;

  /** `onFailover` is called when a node reports failed slots or an election. */
  constructor(
    cluster: Pick<ClusterDriver, 'nodes' | 'primaries'>,
    nodes: Pick<WatchedNodes, 'of'>,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
    onFailover: () => void,
  ) {
    this.#cluster = cluster;
    this.#nodes = nodes;
    this.#clock = clock;
    this.#random = random;
    this.#onFailover = onFailover;
  }

  /** Call when a call that blocks is sent to a node. */
  watch(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => this.#look(), periodMs * (0.9 + 0.2 * this.#random()));
    this.#timer.unref?.();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const nodes = this.#cluster.nodes();
    if (!nodes.some(isBlocked)) {
      this.#epoch = undefined;
      return;
    }
    const others = nodes.filter((node) => this.#nodes.of(node)?.answersAtOnce === true);
    const other = others[Math.floor(this.#random() * others.length)];
    this.watch();
    if (other === undefined) connectWitness(this.#cluster, others, this.#random);
    else void this.#ask(other);
  }

  async #ask(node: NodeDriver): Promise<void> {
    const state = await askState(node);
    if (state === undefined || this.#timer === undefined) return;
    const isElected = this.#epoch !== undefined && state.epoch > this.#epoch;
    this.#epoch = Math.max(state.epoch, this.#epoch ?? 0);
    if (isElected || state.failedSlots > 0) this.#onFailover();
  }
}

function isBlocked(node: NodeDriver): boolean {
  return (node.oldestUnanswered()?.call?.blockingMs ?? 0) >= longMs;
}
