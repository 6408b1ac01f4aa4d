import type { Clock, Random, TimerHandle } from '../../clock.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import { askState } from '../slots/cluster-state.ts';
import type { WatchedNodes } from './watched-nodes.ts';

const periodMs = 1_000;

/**
 * Watches nodes on which a call blocks without a timeout. No reply is ever due from such a node, so nothing shows that
 * it hangs. Therefore, another node is asked from time to time whether a primary has failed or has been replaced.
 */
export class BlockedNodes {
  readonly #cluster: Pick<ClusterDriver, 'nodes'>;
  readonly #nodes: Pick<WatchedNodes, 'of'>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onFailover: () => void;
  #epoch: number | undefined;
  #timer: TimerHandle | undefined;

  /** `onFailover` is called when a node reports failed slots or an election. */
  constructor(
    cluster: Pick<ClusterDriver, 'nodes'>,
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

  /** Call when a call that blocks without a timeout is sent to a node. */
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
    if (other !== undefined) void this.#ask(other);
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
  return node.oldestUnanswered()?.call?.blockingMs === Infinity;
}
