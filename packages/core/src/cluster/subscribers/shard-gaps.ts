import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { ShardChannels } from '../../driver/cluster-driver.ts';

/**
 * Notices when the client is no longer subscribed to a shard channel that it wants, because its node was lost or its slot
 * moved, and says for how long no message could arrive once it is subscribed again.
 */
export class ShardGaps {
  readonly #clock: Clock;
  readonly #tell: (news: SubscriptionNews) => void;
  /** Channels that it was subscribed to. */
  readonly #known = new Set<string>();
  /** Those that it is not subscribed to any more, and since when. */
  readonly #missing = new Map<string, number>();

  constructor(clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get isAnyMissing(): boolean {
    return this.#missing.size > 0;
  }

  /** Something may have changed. `heardAt`: the last sign of life of what was lost, if anything was. */
  check({ wanted, standing }: ShardChannels, heardAt: number): void {
    for (const channel of this.#known) if (!wanted.has(channel)) this.#forget(channel);
    const gaps: number[] = [];
    for (const channel of wanted) {
      const since = this.#missing.get(channel);
      if (standing.has(channel)) {
        this.#known.add(channel);
        this.#missing.delete(channel);
        if (since !== undefined) gaps.push(since);
      } else if (since === undefined && this.#known.has(channel)) this.#missing.set(channel, heardAt);
    }
    if (gaps.length === 0) return;
    this.#tell({ kind: 'gap', gapMs: this.#clock.now() - Math.min(...gaps), channels: gaps.length });
  }

  #forget(channel: string): void {
    this.#known.delete(channel);
    this.#missing.delete(channel);
  }
}
