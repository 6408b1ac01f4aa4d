import type { CauseCode } from '../cause.ts';
import { channels } from '../observability/channels.ts';
import { callFacts, callName } from '../command/call-facts.ts';
import { laneOf, type Call } from '../command/call.ts';
import { debug } from '../observability/debug.ts';
import { isRedisResilienceError, type Outcome, type RedisResilienceError } from '../errors.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { ResilienceEvents } from '../observability/events.ts';
import type { History } from '../observability/history.ts';
import type { SubscriptionNews } from '../connection/subscriptions.ts';
import type { Settings } from '../options/settings.ts';
import type { CircuitState, Lane } from '../snapshot.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';

/** Tells the world what happens to commands and connections: events, channels, history, debug lines. */
export class Observer {
  readonly #settings: Settings;
  readonly #events: EventHub<ResilienceEvents>;
  readonly #history: History;
  readonly #detail: () => SnapshotDetail;

  constructor(
    settings: Settings,
    events: EventHub<ResilienceEvents>,
    history: History,
    detail: () => SnapshotDetail,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#history = history;
    this.#detail = detail;
  }

  settled(call: Call, durationMs: number, failure: Error | undefined): void {
    const lane = laneOf(call);
    if (channels.command.hasSubscribers) {
      channels.command.publish({
        connection: this.#settings.name,
        command: callName(call),
        lane,
        outcome: failure === undefined ? 'ok' : codeOf(failure),
        durationMs,
        attempts: call.sends,
      });
    }
    const isOurs = isRedisResilienceError(failure);
    if (isOurs && debug.enabled) this.#debugFailure(call, durationMs, failure);
    if (failure === undefined && durationMs < this.#settings.slowCommandMs) return;
    if (failure === undefined && call.slow?.blockingMs !== undefined) return;
    // What was never sent tells nothing about the server, and there may be thousands of it in an outage.
    if ((isOurs || failure === undefined) && call.sends > 0) this.#remember(call, lane, durationMs, failure);
    if (!isOurs || !this.#events.hasListeners('command-failed')) return;
    this.#events.emit('command-failed', {
      command: callName(call),
      code: failure.code,
      reason: failure.reason,
      outcome: failure.outcome,
      attempts: call.sends,
      lane,
    });
  }

  retry(call: Call, outcome: Outcome): void {
    const name = callName(call);
    debug(
      '%s: %s is sent again after attempt %d, outcome %s',
      this.#settings.name,
      name,
      call.sends,
      outcome,
    );
    this.#events.emit('retry', { command: name, attempt: call.sends, outcome });
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

  circuit(lane: Lane, from: CircuitState, to: CircuitState, cause: CauseCode | undefined): void {
    debug('%s: %s circuit %s -> %s (%s)', this.#settings.name, lane, from, to, cause ?? 'well');
    if (channels.circuit.hasSubscribers) {
      channels.circuit.publish({ connection: this.#settings.name, lane, from, to, cause });
    }
  }

  #debugFailure(call: Call, durationMs: number, { code, reason, outcome }: RedisResilienceError): void {
    const hasWaited = call.sends === 0 && durationMs >= 1;
    debug(
      '%s: %s %s after %d ms and %d attempts: %s (%s), outcome %s',
      this.#settings.name,
      callName(call),
      call.sends > 0 ? 'failed' : hasWaited ? 'waits no longer, given up' : 'is refused',
      Math.round(durationMs),
      call.sends,
      code,
      reason ?? 'no cause known',
      outcome,
    );
  }

  #remember(call: Call, lane: Lane, durationMs: number, failure: Error | undefined): void {
    const { waiting, inFlight } = this.#detail();
    this.#history.add({
      kind: 'command',
      at: new Date(this.#settings.clock.wallNow()),
      ...callFacts(call),
      lane,
      durationMs,
      queue: waiting + inFlight,
      failure: isRedisResilienceError(failure) ? { code: failure.code, outcome: failure.outcome } : undefined,
    });
  }
}

function codeOf(failure: Error): string {
  return isRedisResilienceError(failure) ? failure.code : 'REPLY';
}
