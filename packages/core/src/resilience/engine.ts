import type { Cluster, Redis } from '../ioredis/clients.ts';
import { channels } from '../observability/channels.ts';
import { Circuit } from '../circuit/circuit.ts';
import { applyOnce } from '../verbs/apply-once.ts';
import { laneOf, type Call } from '../command/call.ts';
import { execute } from '../verbs/execute.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import { RetryBudget } from '../command/retry-budget.ts';
import { Flushes } from '../event-loop/flush.ts';
import { debug } from '../observability/debug.ts';
import { drain, drainMsOf, type CloseOptions } from '../verbs/drain.ts';
import { EventHub } from '../observability/event-hub.ts';
import type { ResilienceEvent, ResilienceEvents } from '../observability/events.ts';
import type { Outcome } from '../errors.ts';
import { History, type HistoryEntry } from '../observability/history.ts';
import { CircuitProbe } from '../circuit/circuit-probe.ts';
import type { ClientNews, MemberHost, ProtectedClient } from '../connection/protected-client.ts';
import type { ProtectedClients } from './protected-clients.ts';
import { Observer } from './observer.ts';
import { tellOperator } from './operator-lines.ts';
import { noticeSecondCopy } from './second-copy.ts';
import { ProcessStallDetector, type ThawKind } from '../event-loop/process-stall-detector.ts';
import { whenUp } from '../verbs/ready.ts';
import type { Credentials, ExecuteOptions, RedisResilience } from '../redis-resilience.ts';
import type { Settings } from '../options/settings.ts';
import type { Lane, RedisSnapshot } from '../snapshot.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { printState } from '../printed-state.ts';
import { Totals } from '../observability/totals.ts';

/** Wires the parts of one resilience together, and offers its verbs. */
export class Engine implements RedisResilience, MemberHost {
  readonly client: Redis | Cluster;
  readonly settings: Settings;
  readonly clock;
  readonly random;
  readonly retryBudget: RetryBudget;
  readonly flushes: Flushes;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly #events = new EventHub<ResilienceEvents>();
  readonly #members: ProtectedClients;
  readonly #keeper: SnapshotKeeper;
  readonly #observer: Observer;
  readonly #history = new History();
  readonly #totals = new Totals();
  readonly #stallDetector: ProcessStallDetector;
  readonly #probes: Readonly<Record<Lane, CircuitProbe>>;
  #closing: Promise<void> | undefined;

  constructor(client: Redis | Cluster, settings: Settings, attach: (engine: Engine) => ProtectedClients) {
    noticeSecondCopy();
    this.client = client;
    this.settings = settings;
    this.clock = settings.clock;
    this.random = settings.random;
    this.retryBudget = new RetryBudget(() => this.clock.now(), settings.retry.budgetTokens);
    this.circuits = { read: this.#circuit('read'), write: this.#circuit('write') };
    this.#stallDetector = new ProcessStallDetector(this.clock, (kind, durationMs) =>
      this.#onThaw(kind, durationMs),
    );
    this.flushes = new Flushes(this.circuits, this.#stallDetector);
    const probing = {
      clock: this.clock,
      ask: (command: string, args: readonly string[]) => this.#members.main.ask(command, args),
    };
    this.#probes = {
      read: new CircuitProbe(this.circuits.read, probing),
      write: new CircuitProbe(this.circuits.write, probing),
    };
    this.#observer = new Observer(settings, this.#events, this.#history, () => this.detail());
    this.#members = attach(this);
    this.#keeper = new SnapshotKeeper(this, this.#members, this.#events, this.#history);
    tellOperator(this, this.#events);
    printState(this, 'RedisResilience', () => this.snapshot());
    this.#stallDetector.start();
  }

  get name(): string {
    return this.settings.name;
  }

  snapshot(): RedisSnapshot {
    return this.#keeper.snapshot();
  }

  detail(): SnapshotDetail {
    const { level: retryBudget } = this.retryBudget;
    const { lagMs: eventLoopLagMs } = this.#stallDetector;
    return { ...this.#members.detail(), retryBudget, eventLoopLagMs, commands: this.#totals };
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
    const putBack = [this.circuits.read.isolate(), this.circuits.write.isolate()];
    return () => {
      debug('%s: put back by hand', this.name);
      for (const release of putBack) release();
    };
  }

  async close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(drainMsOf(options));
    return this.#closing;
  }

  tell(news: ClientNews): void {
    switch (news.kind) {
      case 'changed':
        this.#onClientChange();
        return;
      case 'attempt':
        this.#keeper.countAttempt();
        this.#observer.attempt(this.#keeper.snapshot().attempts, news.report);
        return;
      case 'gap':
      case 'resubscribe-failed':
        this.#observer.subscriptions(news);
        return;
      default:
        news satisfies never;
    }
  }

  onVerdict(verdict: ReplyVerdict, from: ProtectedClient): void {
    const { cause, scope } = verdict;
    if (cause === undefined || verdict.circuit === 'success') return;
    if (scope === 'server') from.serverAway(cause);
    else if (scope === 'connection') from.drop(cause);
    else if (scope === 'write-lane' && cause === 'read-only') from.readOnly();
    else if (scope === 'write-lane') this.circuits.write.trip(cause, this.clock.now());
  }

  onSettled(call: Call, durationMs: number, failure: Error | undefined): void {
    this.#totals.count(laneOf(call), durationMs, failure, call.sends);
    if (failure === undefined && durationMs < this.settings.slowCommandMs && !channels.command.hasSubscribers)
      return;
    this.#observer.settled(call, durationMs, failure);
  }

  onRetry(call: Call, outcome: Outcome): void {
    this.#observer.retry(call, outcome);
  }

  onWouldRefuse(call: Call): void {
    this.#events.emit('would-refuse', { command: call.traits.name, lane: laneOf(call) });
  }

  retryAfterMs(lane: Lane): number | undefined {
    return this.#members.main.nextAttemptMs() ?? this.circuits[lane].retryAfterMs(this.clock.now());
  }

  eventLoopLagMs(): number {
    return this.#stallDetector.lagMs;
  }

  #onClientChange(): void {
    const { state, cause } = this.#members.main;
    if (state === 'ready' && cause === undefined) this.#forgetOutage();
    this.#keeper.refresh();
  }

  #circuit(lane: Lane): Circuit {
    return new Circuit(this.settings.circuit, {
      clock: this.clock,
      random: this.random,
      deadlineMs: this.settings.timeoutMs,
      onChange: ({ from, to, cause }) => {
        this.#members.refreshGates();
        this.#probes[lane].follow();
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

  #pendingCount(): number {
    const { waiting, inFlight } = this.#members.detail();
    return waiting + inFlight;
  }

  async #close(drainMs: number): Promise<void> {
    debug('%s: closes, with %d ms for what is pending', this.name, drainMs);
    await drain(() => this.#pendingCount(), this.clock, drainMs);
    for (const probe of Object.values(this.#probes)) probe.stop();
    await this.#members.disconnect();
    this.#stallDetector.stop();
    this.#keeper.refresh();
    debug('%s: closed', this.name);
    this.#events.emit('closed', { snapshot: this.snapshot() });
    this.#events.clear();
    this.#members.release();
  }
}
