import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { NodeDriver } from '../../driver/cluster-driver.ts';

const kinds = ['subscribe', 'psubscribe'] as const;

/**
 * Reports for how long a cluster client could receive no messages because the node that carried its subscriptions was
 * lost. The driver itself moves the subscriptions to another node.
 */
export class SubscriberGaps {
  readonly #clock: Clock;
  readonly #tell: (news: SubscriptionNews) => void;
  #lost: { readonly since: number; readonly channels: ReadonlyMap<string, readonly string[]> } | undefined;

  constructor(clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /**
   * Call when the connection that carries the subscriptions is lost. `heardAt` is when bytes were last read from the
   * lost connection.
   */
  lost(subscriber: NodeDriver, heardAt: number): void {
    const had = subscriber.subscriptions();
    const channels = new Map(kinds.map((kind) => [kind, had[kind]]));
    if (count(channels) > 0) this.#lost = { since: this.#lost?.since ?? heardAt, channels };
  }

  /** Call when another connection for the subscriptions has been made. */
  async found(subscriber: NodeDriver): Promise<void> {
    const lost = this.#lost;
    if (lost === undefined) return;
    try {
      // The driver resubscribes by itself, but does not report the result. Subscribing once more changes nothing, and
      // its reply proves that the subscriptions are in place.
      for (const [kind, channels] of lost.channels)
        if (channels.length > 0) await subscriber.ask(kind, channels);
    } catch {
      return;
    }
    if (this.#lost !== lost) return;
    this.#lost = undefined;
    this.#tell({
      kind: 'gap',
      gapMs: this.#clock.now() - lost.since,
      channels: count(lost.channels),
    });
  }
}

function count(channels: ReadonlyMap<string, readonly string[]>): number {
  return [...channels.values()].reduce((sum, names) => sum + names.length, 0);
}
