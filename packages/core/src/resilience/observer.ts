import type { CauseCode } from '../cause.ts';
import { channels } from '../channels.ts';
import { callFacts, callName } from '../command/call-facts.ts';
import { laneOf, type Entry } from '../command/entry.ts';
import { debug } from '../debug.ts';
import { isRedisResilienceError, type Outcome, type RedisResilienceError } from '../errors.ts';
import type { EventHub } from '../kit/event-hub.ts';
import type { ResilienceEvents } from '../events.ts';
import type { History } from './history.ts';
import type { Settings } from '../settings.ts';
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

  settled(entry: Entry, durationMs: number, failure: Error | undefined): void {
    const lane = laneOf(entry);
    if (channels.command.hasSubscribers) {
      channels.command.publish({
        connection: this.#settings.name,
        command: callName(entry),
        lane,
        outcome: failure === undefined ? 'ok' : codeOf(failure),
        durationMs,
        attempts: entry.attempts,
      });
    }
    const isOurs = isRedisResilienceError(failure);
    if (isOurs && debug.enabled) this.#debugFailure(entry, durationMs, failure);
    if (failure === undefined && durationMs < this.#settings.slowCommandMs) return;
    if (failure === undefined && entry.late?.blockingMs !== undefined) return;
    // What was never sent tells nothing about the server, and there may be thousands of it in an outage.
    if ((isOurs || failure === undefined) && entry.attempts > 0)
      this.#remember(entry, lane, durationMs, failure);
    if (!isOurs || !this.#events.hasListeners('command-failed')) return;
    this.#events.emit('command-failed', {
      command: callName(entry),
      code: failure.code,
      reason: failure.reason,
      outcome: failure.outcome,
      attempts: entry.attempts,
      lane,
    });
  }

  retry(entry: Entry, outcome: Outcome): void {
    const name = callName(entry);
    debug(
      '%s: %s is sent again after attempt %d, outcome %s',
      this.#settings.name,
      name,
      entry.attempts,
      outcome,
    );
    this.#events.emit('retry', { command: name, attempt: entry.attempts, outcome });
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

  circuit(lane: Lane, from: CircuitState, to: CircuitState, cause: CauseCode | undefined): void {
    debug('%s: %s circuit %s -> %s (%s)', this.#settings.name, lane, from, to, cause ?? 'well');
    if (channels.circuit.hasSubscribers) {
      channels.circuit.publish({ connection: this.#settings.name, lane, from, to, cause });
    }
  }

  #debugFailure(entry: Entry, durationMs: number, { code, reason, outcome }: RedisResilienceError): void {
    const hasWaited = entry.attempts === 0 && durationMs >= 1;
    debug(
      '%s: %s %s after %d ms and %d attempts: %s (%s), outcome %s',
      this.#settings.name,
      callName(entry),
      entry.attempts > 0 ? 'failed' : hasWaited ? 'waits no longer, given up' : 'is refused',
      Math.round(durationMs),
      entry.attempts,
      code,
      reason ?? 'no cause known',
      outcome,
    );
  }

  #remember(entry: Entry, lane: Lane, durationMs: number, failure: Error | undefined): void {
    const { waiting, inFlight } = this.#detail();
    this.#history.add({
      kind: 'command',
      at: new Date(this.#settings.clock.wallNow()),
      ...callFacts(entry),
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
