import { describeCause, type Cause, type CauseCode } from '../cause.ts';
import { channels } from '../observability/channels.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { Clock } from '../clock.ts';
import type { DatabaseInUse } from '../database-report.ts';
import { debug } from '../observability/debug.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { ResilienceEvents } from '../observability/events.ts';
import type { History } from '../observability/history.ts';
import type { Isolations } from './isolations.ts';
import type { ProtectedClients } from './protected-clients.ts';
import type { Settings } from '../options/settings.ts';
import type { CircuitState, Lane, RedisSnapshot } from '../snapshot.ts';
import { wholeMilliseconds } from '../retry-after.ts';
import { statusOf } from './status.ts';

interface Subject {
  readonly name: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  retryAfterMs(lane: Lane): number | undefined;
}

/** Keeps the snapshot of a `RedisResilience` up to date, and reports its changes. */
export class SnapshotKeeper {
  readonly #subject: Subject;
  readonly #clients: ProtectedClients;
  readonly #isolations: Isolations;
  readonly #events: EventHub<ResilienceEvents>;
  readonly #history: History;
  #snapshot: RedisSnapshot;
  /** The snapshot last reported to listeners. */
  #published: RedisSnapshot;
  #attempts = 0;
  #outages = 0;
  #sinceMonotonic: number;
  #outage: { readonly since: number; readonly cause: Cause } | undefined;
  #isStale = false;

  constructor(
    subject: Subject,
    clients: ProtectedClients,
    isolations: Isolations,
    events: EventHub<ResilienceEvents>,
    history: History,
  ) {
    this.#subject = subject;
    this.#clients = clients;
    this.#isolations = isolations;
    this.#events = events;
    this.#history = history;
    this.#sinceMonotonic = subject.clock.now();
    this.#snapshot = this.#take(undefined);
    this.#published = this.#snapshot;
  }

  snapshot(): RedisSnapshot {
    // If the open time of a circuit is over, reading its state makes the circuit half-open, which changes the snapshot.
    if (this.#snapshot.status !== 'up') {
      void this.#subject.circuits.read.state;
      void this.#subject.circuits.write.state;
    }
    if (this.#isStale) this.#renew();
    return this.#snapshot;
  }

  /** Counts a connection attempt, and returns the number of attempts so far. */
  countAttempt(): number {
    this.#attempts++;
    this.#isStale = true;
    return this.#attempts;
  }

  /** Call when something may have changed: takes a new snapshot, and reports the changes. */
  refresh(): void {
    const previous = this.#published;
    this.#renew();
    if (isAlike(this.#snapshot, previous)) return;
    this.#published = this.#snapshot;
    if (previous.status !== this.#snapshot.status) this.#onStatusChange(previous, this.#snapshot);
    // If Redis has never been available, the outage begins with the first known cause.
    if (this.#outage === undefined) this.#onOutage(this.#snapshot);
    const snapshot = this.#snapshot;
    this.#events.emit('change', { previous, snapshot });
    if (channels.status.hasSubscribers) channels.status.publish({ previous, snapshot });
  }

  #renew(): void {
    this.#isStale = false;
    const previous = this.#snapshot;
    const next = this.#take(previous);
    const isSame = isAlike(previous, next) && previous.attempts === next.attempts;
    if (!isSame) this.#snapshot = next;
  }

  #take(previous: RedisSnapshot | undefined): RedisSnapshot {
    const { circuits, clock, name } = this.#subject;
    const { main } = this.#clients;
    const verdict = statusOf({
      connection: main.state,
      connectionCause: main.cause,
      readCircuit: this.#enforced(circuits.read.state),
      writeCircuit: this.#enforced(circuits.write.state),
      readCause: circuits.read.cause,
      writeCause: circuits.write.cause,
      writesHeldBy: main.writesHeldBy,
      partlyAwayBy: main.partlyAwayBy,
    });
    const isUp = verdict.status === 'up';
    return Object.freeze({
      name,
      status: verdict.status,
      reads: verdict.reads,
      writes: verdict.writes,
      connection: main.state,
      circuit: statesOf(circuits),
      cause: causeWith(verdict.cause, this.#messageOf(verdict.cause), previous?.cause, clock),
      database: this.#database(),
      since: verdict.status === previous?.status ? previous.since : new Date(clock.wallNow()),
      retryAfterMs: isUp
        ? undefined
        : wholeMilliseconds(this.#subject.retryAfterMs(verdict.reads ? 'write' : 'read')),
      outages: this.#outages,
      attempts: this.#attempts,
    });
  }

  // As long as nothing has changed, this method returns the same object, so that `isAlike` can compare by identity.
  #database(): DatabaseInUse | undefined {
    const next = this.#clients.databases?.summary;
    const known = this.#snapshot?.database;
    const isSame = known?.name === next?.name && known?.preferred === next?.preferred;
    return isSame ? known : Object.freeze(next);
  }

  #messageOf(code: CauseCode | undefined): string {
    if (code === undefined) return '';
    const reason = code === 'isolated' ? this.#isolations.reason : undefined;
    return reason ? `${describeCause(code)} Reason: ${reason}` : describeCause(code);
  }

  // A circuit that only observes rejects nothing, unless the application has isolated it.
  #enforced(state: CircuitState): CircuitState {
    return this.#subject.settings.circuit.mode === 'enforce' || state === 'isolated' ? state : 'closed';
  }

  #onStatusChange(previous: RedisSnapshot, snapshot: RedisSnapshot): void {
    const { clock } = this.#subject;
    const now = clock.now();
    this.#history.add({
      kind: 'status',
      at: snapshot.since,
      from: previous.status,
      to: snapshot.status,
      cause: (snapshot.cause ?? previous.cause)?.code,
      durationMs: now - this.#sinceMonotonic,
    });
    debug(
      '%s: %s -> %s (%s)',
      snapshot.name,
      previous.status,
      snapshot.status,
      snapshot.cause?.code ?? 'well',
    );
    this.#sinceMonotonic = now;
    if (snapshot.status === 'up') this.#onUp(now);
  }

  #onUp(now: number): void {
    if (this.#outage === undefined) return;
    const { since, cause } = this.#outage;
    this.#outage = undefined;
    this.#events.emit('recovered', { outageMs: now - since, cause, snapshot: this.#snapshot });
  }

  #onOutage(snapshot: RedisSnapshot): void {
    const { cause } = snapshot;
    if (cause === undefined || cause.code === 'closed') return;
    this.#outage = { since: this.#subject.clock.now(), cause };
    this.#outages++;
    this.#snapshot = Object.freeze({ ...snapshot, outages: this.#outages });
    this.#published = this.#snapshot;
    this.#events.emit('outage', { cause, snapshot: this.#snapshot });
  }
}

const closed: RedisSnapshot['circuit'] = Object.freeze({ read: 'closed', write: 'closed' });

// As long as both circuits are closed, all snapshots share one object.
function statesOf(circuits: Subject['circuits']): RedisSnapshot['circuit'] {
  const [read, write] = [circuits.read.state, circuits.write.state];
  return read === 'closed' && write === 'closed' ? closed : Object.freeze({ read, write });
}

function causeWith(
  code: CauseCode | undefined,
  message: string,
  known: Cause | undefined,
  clock: Clock,
): Cause | undefined {
  if (code === undefined) return undefined;
  if (known?.code !== code) return Object.freeze({ code, message, at: new Date(clock.wallNow()) });
  return known.message === message ? known : Object.freeze({ code, message, at: known.at });
}

/** Whether two snapshots are equal in everything that is reported to listeners. */
function isAlike(left: RedisSnapshot, right: RedisSnapshot): boolean {
  return (
    left.status === right.status &&
    left.reads === right.reads &&
    left.writes === right.writes &&
    left.connection === right.connection &&
    left.circuit.read === right.circuit.read &&
    left.circuit.write === right.circuit.write &&
    left.database === right.database &&
    left.cause?.code === right.cause?.code &&
    left.cause?.message === right.cause?.message
  );
}
