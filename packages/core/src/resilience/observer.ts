import type { CauseCode } from '../cause.ts';
import { channels } from '../observability/channels.ts';
import type { DatabaseChange } from '../database-report.ts';
import { debug } from '../observability/debug.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { ResilienceEvents } from '../observability/events.ts';
import type { SubscriptionNews } from '../connection/subscriptions.ts';
import type { Settings } from '../options/settings.ts';
import type { CircuitState, Lane } from '../snapshot.ts';

/** Reports what happens to connections and circuits through events, diagnostics channels and debug lines. */
export class Observer {
  readonly #settings: Settings;
  readonly #events: EventHub<ResilienceEvents>;

  constructor(settings: Settings, events: EventHub<ResilienceEvents>) {
    this.#settings = settings;
    this.#events = events;
  }

  attempt(
    attempt: number,
    result: {
      readonly durationMs: number;
      readonly cause: CauseCode | undefined;
      readonly nextAttemptMs: number | undefined;
    },
  ): void {
    debug('%s: attempt %d: %s', this.#settings.name, attempt, result.cause ?? 'connected');
    this.#events.emit('attempt', { attempt, ...result });
    if (channels.attempt.hasSubscribers) {
      channels.attempt.publish({ connection: this.#settings.name, attempt, ...result });
    }
  }

  subscriptions(news: SubscriptionNews): void {
    const { channels: channelCount } = news;
    if (news.kind === 'gap') {
      debug(
        '%s: gap of %d ms in %d subscriptions',
        this.#settings.name,
        Math.round(news.gapMs),
        channelCount,
      );
      this.#events.emit('gap', { gapMs: news.gapMs, channels: channelCount });
      return;
    }
    const { code } = news;
    debug('%s: %d subscriptions are refused (%s), tried again', this.#settings.name, channelCount, code);
    this.#events.emit('resubscribe-failed', { channels: channelCount, code });
  }

  databaseChange(change: DatabaseChange): void {
    const { from, to, reason, durationMs } = change;
    debug(
      '%s: calls use the database %s instead of %s (%s, %d ms)',
      this.#settings.name,
      to,
      from,
      reason,
      durationMs,
    );
    this.#events.emit('database-change', change);
    if (channels.database.hasSubscribers) {
      channels.database.publish({ connection: this.#settings.name, ...change });
    }
  }

  circuit(lane: Lane, from: CircuitState, to: CircuitState, cause: CauseCode | undefined): void {
    debug('%s: %s circuit %s -> %s (%s)', this.#settings.name, lane, from, to, cause ?? 'well');
    if (channels.circuit.hasSubscribers) {
      channels.circuit.publish({ connection: this.#settings.name, lane, from, to, cause });
    }
  }
}
