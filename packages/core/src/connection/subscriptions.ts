import type { Clock, TimerHandle } from '../clock.ts';
import { isReplyError } from '../replies/connection-error.ts';
import type { Driver } from '../driver/driver.ts';
import type { SubscriptionKind, Subscriptions as Channels, Unsubscribed } from '../driver/subscriptions.ts';
import type { Listener } from '../listener.ts';
import type { IdleTime } from '../stall/stall-watch.ts';

/** What became of the subscriptions of a lost connection. */
export type SubscriptionNews =
  /** The subscriptions have been restored. No message could arrive on `channels` channels for `gapMs` milliseconds. */
  | { readonly kind: 'gap'; readonly gapMs: number; readonly channels: number }
  /** The server refused to restore `channels` subscriptions, with the error code `code`; they will be retried. */
  | { readonly kind: 'resubscribe-failed'; readonly channels: number; readonly code: string };

const kinds: readonly SubscriptionKind[] = ['subscribe', 'psubscribe', 'ssubscribe'];
const retryMs = 1000;
/** A connection with subscriptions sends no commands, so it is checked by a PING after this idle time. */
const subscriberIdleMs = 1000;

/**
 * Restores the subscriptions of a lost connection, and reports how long no message could arrive. A subscription that
 * the server refuses is reported and retried, and never causes an unhandled rejection.
 */
export class Subscriptions implements Listener<Unsubscribed>, IdleTime {
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #idlePingMs: number;
  readonly #listener: Listener<SubscriptionNews>;
  /** The subscriptions that must be restored; undefined until a connection is lost. */
  #lost: Map<SubscriptionKind, Set<string>> | undefined;
  #silentSince = 0;
  /** Identifies the restoration in progress; the results of earlier restorations are ignored. */
  #restoration: object | undefined;
  #timer: TimerHandle | undefined;

  /** `idlePingMs` is the idle time after which PING is due. */
  constructor(driver: Driver, clock: Clock, idlePingMs: number, listener: Listener<SubscriptionNews>) {
    this.#driver = driver;
    this.#clock = clock;
    this.#idlePingMs = idlePingMs;
    this.#listener = listener;
    driver.onUnsubscribe(this);
  }

  /** Whether this connection has subscriptions, or is about to restore some. */
  get isActive(): boolean {
    return count(this.#driver.subscriptions()) > 0 || this.#lostCount() > 0;
  }

  /** `stretch` extends the idle time only while the connection has no subscriptions. */
  idleMs(stretch: number): number {
    return this.isActive ? Math.min(subscriberIdleMs, this.#idlePingMs) : this.#idlePingMs * stretch;
  }

  /**
   * Saves the subscriptions of a lost connection before the driver forgets them. `heardAt` is when bytes were last read
   * from the connection.
   */
  remember(heardAt: number): void {
    this.#stop();
    if (this.#lostCount() === 0) this.#silentSince = heardAt;
    const channels = this.#driver.subscriptions();
    const lost = (this.#lost ??= new Map<SubscriptionKind, Set<string>>());
    for (const kind of kinds) {
      const set = lost.get(kind) ?? new Set();
      for (const channel of channels[kind]) set.add(channel);
      lost.set(kind, set);
    }
  }

  /** Call when the connection is serving again. */
  restore(): void {
    this.#stop();
    const wanted = this.#lostCount();
    if (wanted === 0) return;
    const calls: Promise<unknown>[] = [];
    for (const kind of kinds) {
      const channels = [...(this.#lost?.get(kind) ?? [])];
      if (channels.length === 0) continue;
      // Shard channels may belong to different slots, so each channel gets its own SSUBSCRIBE.
      if (kind === 'ssubscribe') for (const channel of channels) calls.push(this.#subscribe(kind, [channel]));
      else calls.push(this.#subscribe(kind, channels));
    }
    const restoration = {};
    this.#restoration = restoration;
    void Promise.allSettled(calls).then((results) => {
      if (this.#restoration === restoration) this.#onResults(results, wanted);
    });
  }

  #onResults(results: readonly PromiseSettledResult<unknown>[], wanted: number): void {
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) {
      this.#listener.onNews({
        kind: 'gap',
        gapMs: this.#clock.now() - this.#silentSince,
        channels: wanted,
      });
      return;
    }
    this.#listener.onNews({
      kind: 'resubscribe-failed',
      channels: this.#lostCount(),
      code: codeOf(failure.reason),
    });
    if (this.#lostCount() > 0) this.#timer = this.#clock.setTimeout(() => this.restore(), retryMs);
  }

  /** Called when the application has ended subscriptions: they are not restored. */
  onNews({ kind, channels }: Unsubscribed): void {
    const lost = this.#lost?.get(kind);
    if (channels.length === 0) lost?.clear();
    else for (const channel of channels) lost?.delete(channel);
  }

  async #subscribe(kind: SubscriptionKind, channels: readonly string[]): Promise<void> {
    try {
      // `ask` sends the command at once, so that subscriptions are restored before the waiting commands are sent.
      await this.#driver.ask(kind, channels);
    } catch (error) {
      const isRefused = error instanceof Error && isReplyError(error);
      if (!isRefused || channels.length === 1) throw error;
      // If the server refuses one channel of a SUBSCRIBE, it refuses the whole command.
      const each = await Promise.allSettled(channels.map((channel) => this.#subscribe(kind, [channel])));
      const failure = each.find(({ status }) => status === 'rejected');
      if (failure !== undefined) throw error;
      return;
    }
    const lost = this.#lost?.get(kind);
    for (const channel of channels) lost?.delete(channel);
  }

  #lostCount(): number {
    let total = 0;
    for (const channels of this.#lost?.values() ?? []) total += channels.size;
    return total;
  }

  // Cancels the next attempt to restore the subscriptions, and ignores the results of an attempt in progress.
  #stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#restoration = undefined;
  }
}

function count(channels: Channels): number {
  return channels.subscribe.length + channels.psubscribe.length + channels.ssubscribe.length;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : (/^[A-Z]+\b/.exec(error.message)?.[0] ?? error.name);
}
