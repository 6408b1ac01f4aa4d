import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { ShardChannels } from '../../driver/cluster-driver.ts';

/**
 * Notices when the client loses a subscription to a shard channel because the channel's node is lost or the channel's
 * slot has moved. Once the client is subscribed again, reports for how long no message could arrive.
 */
export class ShardGaps {
  readonly #clock: Clock;
  readonly #tell: (news: SubscriptionNews) => void;
  /** Channels to which the client has been subscribed. */
  readonly #known = new Set<string>();
  /** Channels whose subscription is lost, each with the time since when it counts as lost. */
  readonly #missing = new Map<string, number>();

  constructor(clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get isAnyMissing(): boolean {
    return this.#missing.size > 0;
  }

  /**
   * Call when the subscriptions may have changed. A subscription that is missing now counts as lost since `heardAt`.
   */
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
