import type { CauseCode } from '../cause.ts';
import { channels } from '../observability/channels.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { RetryBudget } from '../circuit/retry-budget.ts';
import { debug } from '../observability/debug.ts';
import { isRedisResilienceError, type Outcome, type RedisResilienceError } from '../errors.ts';
import type { ProcessStallDetector } from '../event-loop/process-stall-detector.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { ResilienceEvents } from '../observability/events.ts';
import type { History } from '../observability/history.ts';
import type { Settings } from '../options/settings.ts';
import type { Lane } from '../snapshot.ts';
import type { Flush } from '../event-loop/flush.ts';
import { Totals } from '../observability/totals.ts';
import { callName, circuitOf, laneOf, type Call, type SlowCall } from './call.ts';
import { countsOf } from './call-counts.ts';
import type { Fail } from './decide.ts';

/** The objects in which the results of calls are recorded. */
export interface Records {
  readonly settings: Settings;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly retryBudget: RetryBudget;
  readonly stallDetector: ProcessStallDetector;
  readonly events: EventHub<ResilienceEvents>;
  readonly history: History;
  /** Returns the number of calls of all clients that are waiting or in flight. */
  readonly pendingCalls: () => number;
}

/**
 * Records the results of all calls of one `RedisResilience`: counts them in circuits, retry budget and totals, and
 * reports them in events, channels, history and debug lines. Recording a success allocates nothing, unless somebody
 * subscribes to the diagnostics channel of commands.
 */
export class CallOutcomeRecorder {
  readonly totals = new Totals();
  readonly #records: Records;
  readonly #circuits: Readonly<Record<Lane, Circuit>>;
  readonly #retryBudget: RetryBudget;
  readonly #slowCommandMs: number;

  constructor(records: Records) {
    this.#records = records;
    this.#circuits = records.circuits;
    this.#retryBudget = records.retryBudget;
    this.#slowCommandMs = records.settings.slowCommandMs;
  }

  /**
   * Returns whether a call is admitted by the circuit of its lane (reads or writes); a half-open circuit counts the
   * call as a trial.
   */
  admits(call: SlowCall): boolean {
    const circuit = circuitOf(call, this.#circuits);
    if (circuit.admitsAll) {
      // The call needs the generation (number of state changes) of its circuit. A flush (one write to a socket) stores
      // the generations of the circuits for the whole of Redis, but not those of the circuits of one server, such as a
      // Cluster node.
      if (call.circuits !== undefined) call.slow.generation = circuit.generation;
      return true;
    }
    const generation = circuit.admit(this.#now());
    if (generation < 0) {
      // A command with `patienceMs` is sent although the circuit rejects it: its caller expects to wait, and sends only
      // one command at a time.
      if (circuit.state !== 'isolated' && call.command.patienceMs !== undefined) return true;
      // If the server is out of memory, commands that free memory (DEL, LPOP) are still sent.
      return circuit.cause === 'out-of-memory' && call.batch === undefined && call.traits.frees;
    }
    // An admitted call whose generation is two behind the circuit's would have been rejected in mode `enforce`.
    if (generation < circuit.generation - 1)
      this.#records.events.emit('would-refuse', { command: call.traits.name, lane: laneOf(call) });
    call.slow.generation = generation;
    return true;
  }

  /** Records that the server replied. An error reply that the caller caused also proves that the server works. */
  succeeded(call: Call, readAt: number, replyError?: Error): void {
    const { sent, slow } = call;
    const lane = laneOf(call);
    const durationMs = sent === undefined ? 0 : this.#withoutLag(readAt - sent.at);
    // The duration of a blocking command says nothing about the server.
    if (sent === undefined || slow?.blockingMs !== undefined) this.withdrawn(call);
    else this.#countedIn(call).succeeded(generationOf(call, sent, lane), durationMs, readAt);
    if (call.sends === 1) this.#retryBudget.succeededFirstTry();
    this.#settled(call, lane, durationMs, replyError);
  }

  /**
   * Records that a call failed: counts the failure as `counts` says, and reports the error `told` as the call's result.
   */
  failed(call: Call, { counts, cause, tells, isRetryBudgetSpent }: Fail, told: Error, readAt: number): void {
    const { name } = this.#records.settings;
    if (isRetryBudgetSpent) debug('%s: the retry budget is spent: %s is not sent again', name, call.name);
    if (counts === 'success') this.succeeded(call, readAt, told);
    else if (tells === 'nothing') {
      this.withdrawn(call);
      this.#stopWaiting(call);
    } else {
      if (counts === 'failure') this.#countFailure(call, cause);
      this.lost(call, told);
    }
  }

  /** Records that the call failed for a reason that says nothing new about the server. */
  lost(call: Call, told: Error): void {
    this.withdrawn(call);
    const now = this.#now();
    const startedAt = call.slow?.issuedAt ?? call.sent?.at ?? now;
    this.#settled(call, laneOf(call), now - startedAt, told);
  }

  /**
   * Excludes the current attempt from the counts of its circuit, and frees its trial slot, if any, for another call.
   */
  withdrawn(call: Call): void {
    const { slow } = call;
    if (slow?.generation === undefined) return;
    this.#countedIn(call).ignored(slow.generation);
    slow.generation = undefined;
  }

  /** Records that the call is retried after an attempt with this outcome. */
  retried(call: SlowCall, outcome: Outcome): void {
    const { settings, events } = this.#records;
    const { operation } = call.slow;
    if (operation !== undefined) operation.retries++;
    const command = callName(call);
    debug('%s: %s is sent again after attempt %d, outcome %s', settings.name, command, call.sends, outcome);
    events.emit('retry', { command, attempt: call.sends, outcome });
  }

  /** Records that a scan restarts, because the server process that returned its cursor is gone. */
  scanBegunAgain(command: string): void {
    debug(
      '%s: %s begins again at cursor 0: its server process is gone',
      this.#records.settings.name,
      command,
    );
    this.#records.events.emit('scan-restart', { command });
  }

  #countFailure(call: Call, cause: CauseCode | undefined): void {
    const { sent, slow } = call;
    const now = this.#now();
    // If a call spent more time waiting for a connection than in flight, its lateness says nothing about the server.
    if (sent === undefined || (cause === 'slow' && now - sent.at < sent.at - (slow?.issuedAt ?? now))) return;
    this.#countedIn(call).failed(generationOf(call, sent, laneOf(call)), cause, now);
  }

  #countedIn(call: Call): Circuit {
    return (call.circuits ?? this.#circuits)[laneOf(call)];
  }

  #settled(call: Call, lane: Lane, durationMs: number, failure: Error | undefined): void {
    this.#stopWaiting(call);
    this.totals.count(lane, durationMs, failure, call.sends);
    const isUsual = failure === undefined && durationMs < this.#slowCommandMs;
    if (channels.command.hasSubscribers) this.#publish(call, lane, durationMs, failure);
    if (!isUsual) this.#tell(call, lane, durationMs, failure);
  }

  #stopWaiting({ slow }: Call): void {
    if (slow?.requestBudget === undefined) return;
    slow.requestBudget.stopWaiting(this.#now());
    slow.requestBudget = undefined;
  }

  #publish(call: Call, lane: Lane, durationMs: number, failure: Error | undefined): void {
    channels.command.publish({
      connection: this.#records.settings.name,
      command: callName(call),
      lane,
      outcome: failure === undefined ? 'ok' : isRedisResilienceError(failure) ? failure.code : 'REPLY',
      durationMs,
      attempts: call.sends,
    });
  }

  #tell(call: Call, lane: Lane, durationMs: number, failure: Error | undefined): void {
    const isOurs = isRedisResilienceError(failure);
    if (isOurs && debug.enabled) this.#debugFailure(call, durationMs, failure);
    if (failure === undefined && call.slow?.blockingMs !== undefined) return;
    // Commands that were never sent are left out of the history: they say nothing about the server, and an outage may
    // cause thousands of them.
    if ((isOurs || failure === undefined) && call.sends > 0)
      this.#remember(call, lane, durationMs, isOurs ? failure : undefined);
    const { events } = this.#records;
    if (!isOurs || !events.hasListeners('command-failed')) return;
    const { code, reason, outcome } = failure;
    events.emit('command-failed', {
      command: callName(call),
      code,
      reason,
      outcome,
      attempts: call.sends,
      lane,
    });
  }

  #debugFailure(call: Call, durationMs: number, { code, reason, outcome }: RedisResilienceError): void {
    const hasWaited = (call.slow?.waitsSince ?? -Infinity) > -Infinity;
    debug(
      '%s: %s %s after %d ms and %d attempts: %s (%s), outcome %s',
      this.#records.settings.name,
      callName(call),
      call.sends > 0 ? 'failed' : hasWaited ? 'gave up waiting' : 'is refused',
      Math.round(durationMs),
      call.sends,
      code,
      reason ?? 'no cause known',
      outcome,
    );
  }

  #remember(call: Call, lane: Lane, durationMs: number, failure: RedisResilienceError | undefined): void {
    const { settings, history, pendingCalls } = this.#records;
    history.add({
      kind: 'command',
      at: new Date(settings.clock.wallNow()),
      command: callName(call),
      ...countsOf(call),
      lane,
      durationMs,
      queue: pendingCalls(),
      failure: failure === undefined ? undefined : { code: failure.code, outcome: failure.outcome },
    });
  }

  // The lag of the event loop is subtracted: the reply may have waited in the socket while this process was busy.
  #withoutLag(elapsedMs: number): number {
    if (elapsedMs < suspiciousMs) return Math.max(0, elapsedMs);
    return Math.max(0, elapsedMs - this.#records.stallDetector.lagMs);
  }

  #now(): number {
    return this.#records.settings.clock.now();
  }
}

/** Durations up to this limit are not corrected, because the lag of the event loop is not measured more precisely. */
const suspiciousMs = 20;

/** Returns the generation (number of state changes) of the call's circuit at the time at which the call was sent. */
function generationOf({ slow }: Call, sent: Flush, lane: Lane): number {
  return slow?.generation ?? (lane === 'read' ? sent.readGeneration : sent.writeGeneration);
}
