import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { NodeDriver } from '../../driver/cluster-driver.ts';

const kinds = ['subscribe', 'psubscribe'] as const;

/**
 * Tells for how long a cluster client heard nothing on its channels. The client moves its subscriptions to another node
 * by itself when the one that had them is lost.
 */
export class SubscriberGaps {
  readonly #clock: Clock;
  readonly #tell: (news: SubscriptionNews) => void;
  #lost: { readonly since: number; readonly channels: ReadonlyMap<string, readonly string[]> } | undefined;

  constructor(clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The connection with the subscriptions is lost. `heardAt`: its last sign of life. */
  lost(subscriber: NodeDriver, heardAt: number): void {
    const had = subscriber.subscriptions();
    const channels = new Map(kinds.map((kind) => [kind, had[kind]]));
    if (count(channels) > 0) this.#lost = { since: this.#lost?.since ?? heardAt, channels };
  }

  /** Another connection was made for them. */
  async found(subscriber: NodeDriver): Promise<void> {
    const lost = this.#lost;
    if (lost === undefined) return;
    try {
      // The client asks for them, too: the answer to this question shows that it has them.
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
