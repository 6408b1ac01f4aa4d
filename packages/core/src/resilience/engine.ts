import type { Cluster, Redis } from '../ioredis/clients.ts';
import { CircuitProbes } from '../circuit/circuit-probes.ts';
import type { Circuit, CircuitChange } from '../circuit/circuit.ts';
import { laneCircuits } from '../circuit/lane-circuits.ts';
import type { ClientNews, ClientParts } from '../connection/protected-client.ts';
import { Flushes } from '../event-loop/flush.ts';
import type { ThawKind } from '../event-loop/process-stall-detector.ts';
import { stallDetectorOf, unwatchThaws, watchThaws } from '../event-loop/thaw-watches.ts';
import { Leases } from '../lease/leases.ts';
import type { DatabaseReport } from '../database-report.ts';
import { debug } from '../observability/debug.ts';
import { knownEvent } from '../observability/known-event.ts';
import { EventHub } from '../observability/event-hub.ts';
import type { ResilienceEvent, ResilienceEvents } from '../observability/events.ts';
import { History, type HistoryEntry } from '../observability/history.ts';
import type { Settings } from '../options/settings.ts';
import { noteSources } from '../options/sources.ts';
import type {
  Credentials,
  ExecuteOptions,
  LeaseOptions,
  LeaseWork,
  RedisResilience,
} from '../redis-resilience.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';
import type { Lane, RedisSnapshot } from '../snapshot.ts';
import { applyOnce, onceParts, type OnceParts } from '../verbs/apply-once.ts';
import { bindable, bound, boundWhenRead, type Bindable } from '../verbs/bound-when-read.ts';
import { drain, drainMsOf, type CloseOptions } from '../verbs/drain.ts';
import { execute, executeParts, type ExecuteParts } from '../verbs/execute.ts';
import { answerMisplacedCommands } from '../verbs/misplaced-commands.ts';
import { reconnect, whenUp } from '../verbs/ready.ts';
import { failOver, setWeight } from '../databases/by-hand.ts';
import { forgetOutage, forgetServer } from './forget-outage.ts';
import { makeGateParts, type SharedGateParts } from './gate-parts.ts';
import { Isolations } from './isolations.ts';
import { Observer } from './observer.ts';
import { quietIfAway } from '../quiet-if-away.ts';
import { printedResilience } from '../observability/printed-state.ts';
import { OperatorLines } from './operator-lines.ts';
import type { ProtectedClients } from './protected-clients.ts';
import { noteMade } from './open-resiliences.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

/** Implements `RedisResilience`: creates the parts of one instance, and connects them to each other. */
export class Engine implements RedisResilience, Bindable {
  readonly [bindable] = this;
  [bound]: Bindable[typeof bound];
  readonly client: Redis | Cluster;
  readonly settings: Settings;
  readonly clock;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly #events: EventHub<ResilienceEvents>;
  readonly #history = new History();
  #once: OnceParts | undefined;
  readonly #gateParts: SharedGateParts;
  readonly #clients: ProtectedClients;
  readonly #leases: Leases;
  readonly #isolations: Isolations;
  readonly #keeper: SnapshotKeeper;
  readonly #observer: Observer;
  /** Undefined until a circuit first changes, because most circuits never do. */
  #probes: CircuitProbes | undefined;
  /** Undefined until `execute` is first called. */
  #executeParts: ExecuteParts | undefined;
  #closing: Promise<void> | undefined;

  /**
   * `protectClients` must protect the client and its later duplicates. All these clients must share the parts that
   * `protectClients` is called with.
   */
  constructor(
    client: Redis | Cluster,
    settings: Settings,
    protectClients: (parts: ClientParts) => ProtectedClients,
  ) {
    Object.defineProperties(this, boundMethods);
    const { clock } = settings;
    this.client = client;
    this.settings = settings;
    this.clock = clock;
    this.#events = new EventHub<ResilienceEvents>(new OperatorLines(this));
    this.#observer = new Observer(settings, this.#events);
    this.circuits = laneCircuits(settings, (lane, change) => this.#onCircuitChange(lane, change));
    const stallDetector = stallDetectorOf(clock);
    this.#gateParts = makeGateParts({
      settings,
      circuits: this.circuits,
      stallDetector,
      events: this.#events,
      history: this.#history,
      pendingCalls: () => this.#clients.pendingCalls(),
    });
    this.#clients = protectClients({
      settings,
      flushes: new Flushes(this.circuits, stallDetector),
      gateParts: this.#gateParts,
      tell: (news) => this.#onNews(news),
    });
    this.#leases = new Leases(settings, this.#clients, this.#events);
    this.#isolations = new Isolations(this.name, this.circuits, () => this.#keeper.refresh());
    this.#keeper = new SnapshotKeeper(this, this.#clients, this.#isolations, this.#events, this.#history);
    watchThaws(clock, this.#onThaw);
    noteMade(this);
    noteSources(this, settings);
  }

  get name(): string {
    return this.settings.name;
  }
  snapshot(): RedisSnapshot {
    return this.#keeper.snapshot();
  }
  detail(): SnapshotDetail {
    const detail = this.#clients.detail();
    return {
      ...detail,
      waiting: detail.waiting + (this.#once?.queue.length ?? 0),
      retryBudget: this.#gateParts.retryBudget.level,
      eventLoopLagMs: this.#gateParts.stallDetector.lagMs,
      commands: this.#gateParts.recorder.totals,
      pool: this.#leases.detail(),
      shared: this.#gateParts.sharedUse.seen,
      server: this.#clients.main.server,
    };
  }
  on<E extends ResilienceEvent>(event: E, listener: (payload: ResilienceEvents[E]) => void): () => void {
    return this.#events.on(knownEvent(event, listener), listener);
  }
  execute<T>(
    operation: (client: Redis | Cluster, signal: AbortSignal) => Promise<T>,
    options: ExecuteOptions<T> = {},
  ): Promise<T> {
    const circuit = this.circuits[(options as { lane?: Lane } | null)?.lane === 'write' ? 'write' : 'read'];
    if (!circuit.admitsAll) circuit.wantedAt = this.clock.now();
    this.#executeParts ??= executeParts(this, this.settings, this.#clients);
    return execute(this.#executeParts, circuit, operation, options);
  }
  applyOnce(...given: Parameters<RedisResilience['applyOnce']>): Promise<unknown> {
    return quietIfAway(applyOnce(this, (this.#once ??= onceParts(this, this.settings)), ...given));
  }
  lease<T>(work: LeaseWork<T>, options?: LeaseOptions): Promise<T> {
    return this.#leases.lease(work, options);
  }
  transaction<T>(...given: Parameters<Leases['transaction']>): Promise<T> {
    return quietIfAway(this.#leases.transaction(...given)) as Promise<T>;
  }
  history(): readonly HistoryEntry[] {
    return this.#history.list();
  }
  ready(options: Parameters<RedisResilience['ready']>[0] = {}): Promise<void> {
    this.#clients.wake();
    return quietIfAway(whenUp(this, this.clock, options));
  }
  reconnect(reason?: string): Promise<void> {
    return quietIfAway(reconnect(this, this.#clients.main, reason));
  }
  reauthenticate(credentials?: Credentials): Promise<void> {
    debug('%s: reauthenticates', this.name);
    return quietIfAway(this.#clients.reauthenticate(credentials));
  }
  databases(): readonly DatabaseReport[] {
    return this.#clients.databases?.reports() ?? [];
  }
  failover(name?: string): Promise<void> {
    return quietIfAway(failOver(this.#clients.databases, this, name));
  }
  setDatabaseWeight(name: string, weight: number): void {
    return setWeight(this.#clients.databases, name, weight);
  }
  isolate(reason: string): () => void {
    return this.#isolations.hold(reason);
  }
  // The method is `async` so that what is not allowed rejects the promise instead of throwing.
  async close(options: CloseOptions = {}): Promise<void> {
    return (this.#closing ??= this.#close(drainMsOf(options)));
  }

  retryAfterMs(lane: Lane): number | undefined {
    return this.#clients.main.nextAttemptMs() ?? this.circuits[lane].retryAfterMs(this.clock.now());
  }

  #onNews(news: ClientNews): void {
    switch (news.kind) {
      case 'changed':
        return this.#onClientChange();
      case 'attempt':
        this.#observer.attempt(this.#keeper.countAttempt(), news.report);
        this.#clients.databases?.attempted(news.report.cause);
        return;
      case 'database-switched':
        forgetServer(this.circuits, this.clock.now());
        return this.#keeper.refresh();
      case 'database-change':
        this.#keeper.refresh();
        return this.#observer.databaseChange(news.change);
      case 'gap':
      case 'resubscribe-failed':
        return this.#observer.subscriptions(news);
      default:
        news satisfies never;
    }
  }

  #onClientChange(): void {
    const { state, cause } = this.#clients.main;
    if (state === 'ready' && cause === undefined) forgetOutage(this.circuits, this.clock.now());
    this.#keeper.refresh();
    this.#leases.look();
    this.#clients.databases?.look();
  }

  #onCircuitChange(lane: Lane, { from, to, cause }: CircuitChange): void {
    this.#clients.refreshGates();
    this.#probes ??= new CircuitProbes(this.circuits, this.clock, this.#clients.main);
    this.#probes.follow(lane);
    this.#events.emit('circuit-change', { lane, from, to, cause });
    this.#observer.circuit(lane, from, to, cause);
    this.#keeper.refresh();
    this.#clients.databases?.look();
  }
  readonly #onThaw = (kind: ThawKind, durationMs: number): void => {
    debug('%s: thaw, the process was %s for %d ms', this.name, kind, Math.round(durationMs));
    this.#events.emit('thaw', { kind, durationMs });
    for (const circuit of Object.values(this.circuits)) circuit.discardCounts(this.clock.now());
    this.#clients.thaw(kind, durationMs);
  };

  async #close(drainMs: number): Promise<void> {
    debug('%s: closes, with %d ms for what is pending', this.name, drainMs);
    this.#leases.close();
    await drain(() => this.#clients.pendingCalls() + this.#leases.load, this.clock, drainMs);
    this.#leases.end();
    this.#probes?.stop();
    await this.#clients.disconnect();
    unwatchThaws(this.clock, this.#onThaw);
    this.#isolations.close();
    this.#keeper.refresh();
    debug('%s: closed', this.name);
    this.#events.emit('closed', { snapshot: this.snapshot() });
    this.#events.clear();
    this.#clients.release();
  }
}

Object.defineProperties(Engine.prototype, printedResilience);
answerMisplacedCommands(Engine.prototype, 'resilience');
const boundMethods = boundWhenRead(Engine.prototype);
