import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { NodeDriver, ShardChannels } from '../../driver/cluster-driver.ts';

/**
 * Notices when the client loses a subscription to a shard channel because the channel's node is lost or the channel's
 * slot has moved. Once the client is subscribed again, reports for how long no message could arrive.
 */
export class ShardGaps {
  readonly #clock: Clock;
  readonly #tell: (news: SubscriptionNews) => void;
  /**
   * Channels to which the client has been subscribed, each with the time up to which no message was missed. Each check
   * that finds the client subscribed to the channel updates this time to when bytes were last read from the channel's
   * node.
   */
  readonly #stoodAt = new Map<string, number>();
  /** Channels whose subscription is lost, each with the time from which on messages may have been missed. */
  readonly #missing = new Map<string, number>();

  constructor(clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get isAnyMissing(): boolean {
    return this.#missing.size > 0;
  }

  /** Call when the subscriptions may have changed. `readAt` returns when bytes were last read from a node. */
  check({ wanted, standing }: ShardChannels, readAt: (node: NodeDriver) => number): void {
    for (const channel of this.#stoodAt.keys()) if (!wanted.has(channel)) this.#forget(channel);
    const gaps: number[] = [];
    for (const channel of wanted) {
      const since = this.#missing.get(channel);
      const node = standing.get(channel);
      const stoodAt = this.#stoodAt.get(channel);
      if (node !== undefined) {
        this.#stoodAt.set(channel, readAt(node));
        this.#missing.delete(channel);
        if (since !== undefined) gaps.push(since);
      } else if (since === undefined && stoodAt !== undefined) this.#missing.set(channel, stoodAt);
    }
    if (gaps.length === 0) return;
    this.#tell({ kind: 'gap', gapMs: this.#clock.now() - Math.min(...gaps), channels: gaps.length });
  }

  #forget(channel: string): void {
    this.#stoodAt.delete(channel);
    this.#missing.delete(channel);
  }
}
