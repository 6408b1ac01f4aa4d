import type { Cluster, Redis } from 'ioredis';
import type { CauseCode } from '../cause.ts';
import { Circuit } from '../circuit/circuit.ts';
import { applyOnce } from '../verbs/apply-once.ts';
import { CallOutcomeRecorder } from '../command/call-outcome-recorder.ts';
import type { GateParts } from '../command/line.ts';
import { execute } from '../verbs/execute.ts';
import { RetryBudget } from '../circuit/retry-budget.ts';
import { Flush } from '../socket/flush.ts';
import { debug } from '../debug.ts';
import { drain } from '../verbs/drain.ts';
import { EventHub, type ResilienceEvent, type ResilienceEvents } from '../events.ts';
import { History, type HistoryEntry } from '../history.ts';
import { LaneWatch } from '../circuit/lane-watch.ts';
import type { MemberHost } from './member.ts';
import type { Members } from './members.ts';
import { Observer } from './observer.ts';
import { ProcessStallDetector, type ThawKind } from '../event-loop/process-stall-detector.ts';
import { whenUp } from '../verbs/ready.ts';
import type { Credentials, ExecuteOptions, RedisResilience } from '../redis-resilience.ts';
import type { Settings } from '../settings.ts';
import type { Lane, RedisSnapshot } from '../snapshot.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

/** Wires the parts of one resilience together, and offers its verbs. */
export class Engine implements RedisResilience, MemberHost {
  readonly client: Redis | Cluster;
  readonly settings: Settings;
  readonly clock;
  readonly random;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly gateParts: GateParts;
  readonly #events = new EventHub();
  readonly #members: Members;
  readonly #keeper: SnapshotKeeper;
  readonly #observer: Observer;
  readonly #history = new History();
  readonly #stallDetector: ProcessStallDetector;
  readonly #laneWatch: LaneWatch;
  #closing: Promise<void> | undefined;

  constructor(client: Redis | Cluster, settings: Settings, attach: (engine: Engine) => Members) {
    this.client = client;
    this.settings = settings;
    this.clock = settings.clock;
    this.random = settings.random;
    this.circuits = { read: this.#circuit('read'), write: this.#circuit('write') };
    this.#stallDetector = new ProcessStallDetector(this.clock, {
      onThaw: (kind, durationMs) => this.#onThaw(kind, durationMs),
    });
    this.#laneWatch = new LaneWatch({
      clock: this.clock,
      circuits: this.circuits,
      slowMs: settings.circuit.slowMs ?? settings.slowCommandMs,
      ask: (command, args) => this.#members.main.ask(command, args),
    });
    this.#observer = new Observer(settings, this.#events);
    this.gateParts = this.#gateParts();
    this.#members = attach(this);
    this.#keeper = new SnapshotKeeper(this, this.#members, this.#events, this.#history);
    this.#members.begin();
    this.#stallDetector.start();
  }

  get name(): string {
    return this.settings.name;
  }

  snapshot(): RedisSnapshot {
    return this.#keeper.snapshot();
  }

  detail(): SnapshotDetail {
    const { retryBudget, recorder } = this.gateParts;
    const { lagMs: eventLoopLagMs } = this.#stallDetector;
    const { level } = retryBudget;
    return { ...this.#members.detail(), retryBudget: level, eventLoopLagMs, commands: recorder.totals };
  }

  on<E extends ResilienceEvent>(event: E, listener: (payload: ResilienceEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  execute<T>(
    operation: (client: Redis | Cluster, signal: AbortSignal) => Promise<T>,
    options: ExecuteOptions<T> = {},
  ): Promise<T> {
    return execute(this, this.clock, this.settings.timeoutMs, operation, options);
  }

  applyOnce(id: string, command: string, ...args: readonly (string | number | Buffer)[]): Promise<unknown> {
    return applyOnce(this, this.clock, this.settings.retry.rememberMs, id, command, args);
  }

  history(): readonly HistoryEntry[] {
    return this.#history.list();
  }

  ready(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#members.wake();
    return whenUp(this, this.clock, options);
  }

  async reconnect(reason?: string): Promise<void> {
    debug('%s: reconnects as asked (%j)', this.name, reason ?? 'no reason given');
    this.#members.main.drop('connection-reset');
    await this.ready();
  }

  async reauthenticate(credentials?: Credentials): Promise<void> {
    debug('%s: reauthenticates', this.name);
    await this.#members.reauthenticate(credentials);
  }

  isolate(reason: string): () => void {
    debug('%s: isolated by hand (%j)', this.name, reason);
    const putBack = [this.circuits.read.isolate(reason), this.circuits.write.isolate(reason)];
    return () => {
      debug('%s: put back by hand', this.name);
      for (const release of putBack) release();
    };
  }

  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.drainMs ?? 1000);
    return this.#closing;
  }

  newFlush(now: number): Flush {
    this.#stallDetector.noteWork(now);
    return new Flush(now, this.circuits.read.generation, this.circuits.write.generation);
  }

  onMemberChange(): void {
    const { state, cause } = this.#members.main;
    if (state === 'ready' && cause === undefined) this.#forgetOutage();
    this.#keeper.refresh();
  }

  onAttempt(attempt: {
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  }): void {
    this.#keeper.countAttempt();
    this.#observer.attempt(this.#keeper.snapshot().attempts, attempt);
  }

  onGap(gapMs: number, channelCount: number): void {
    debug('%s: gap of %d ms in %d subscriptions', this.name, Math.round(gapMs), channelCount);
    this.#events.emit('gap', { gapMs, channels: channelCount });
  }

  onResubscribeFailed(channelCount: number, code: string): void {
    debug('%s: %d subscriptions are refused (%s), tried again', this.name, channelCount, code);
    this.#events.emit('resubscribe-failed', { channels: channelCount, code });
  }

  retryAfterMs(lane: Lane): number | undefined {
    return this.#members.main.nextAttemptMs() ?? this.circuits[lane].retryAfterMs(this.clock.now());
  }

  #gateParts(): GateParts {
    const { settings, circuits } = this;
    const records = {
      settings,
      circuits,
      retryBudget: new RetryBudget(() => this.clock.now(), settings.retry.budgetTokens),
      stallDetector: this.#stallDetector,
      events: this.#events,
      history: this.#history,
      pendingCalls: () => this.#members.pendingCalls(),
    };
    return { ...records, recorder: new CallOutcomeRecorder(records) };
  }

  #circuit(lane: Lane): Circuit {
    return new Circuit(this.settings.circuit, {
      clock: this.clock,
      random: this.random,
      onChange: ({ from, to, cause }) => {
        this.#members.refreshGates();
        this.#laneWatch.onChange(lane);
        this.#events.emit('circuit-change', { lane, from, to, cause });
        this.#observer.circuit(lane, from, to, cause);
        this.#keeper.refresh();
      },
    });
  }

  // What the circuits learnt from an outage of the connection does not outlive it; what the server refuses does.
  #forgetOutage(): void {
    const now = this.clock.now();
    for (const circuit of Object.values(this.circuits)) {
      const { cause } = circuit;
      if (cause === 'slow' || cause === 'error-rate' || cause === 'stalled') circuit.close(now);
    }
  }

  #onThaw(kind: ThawKind, durationMs: number): void {
    debug('%s: thaw, the process was %s for %d ms', this.name, kind, Math.round(durationMs));
    this.#events.emit('thaw', { kind, durationMs });
    const now = this.clock.now();
    for (const circuit of Object.values(this.circuits)) circuit.forgive(now);
    this.#members.thaw(kind, durationMs);
  }

  async #close(drainMs: number): Promise<void> {
    debug('%s: closes, with %d ms for what is pending', this.name, drainMs);
    await drain(this.#members, this.clock, drainMs);
    this.#laneWatch.stop();
    await this.#members.disconnect();
    this.#stallDetector.stop();
    this.#keeper.refresh();
    debug('%s: closed', this.name);
    this.#events.emit('closed', { snapshot: this.snapshot() });
    this.#events.clear();
    this.#members.release();
  }
}
