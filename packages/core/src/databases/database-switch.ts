import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { ClientNews } from '../connection/protected-client.ts';
import { debug } from '../observability/debug.ts';
import type { DatabaseChangeReason, DatabaseInUse, DatabaseReport } from '../database-report.ts';
import { ChangeRecord } from './change-record.ts';
import { ChoiceAlarm } from './choice-alarm.ts';
import { databaseReports, summaryOf } from './database-reports.ts';
import type { Database } from '../routes/database.ts';
import {
  bestOther,
  firstDatabaseState,
  type DatabaseEffect,
  type DatabaseMoment,
  type DatabaseSignal,
  type DatabaseState,
} from './database-state.ts';
import { changeDueAt, databaseTransition, nextChoiceAt } from './database-transition.ts';
import type { MovableClient } from './movable-client.ts';
import { prepareInPeace, type PreparedConnections } from './peaceful-change.ts';
import { Standbys } from './standbys.ts';
import type { DatabaseSwitchOptions } from './database-switch-options.ts';
import { verdictOf } from './verdict.ts';

const peaceTimeoutMs = 2000;
const spread = 0.25;
/** Time in which a client usually finds out that a server is unavailable, or connects to another server. */
const usualMs = 100;

/** Keeps a working one of several Redis databases in use: watches them all, and moves the clients when necessary. */
export class DatabaseSwitch {
  readonly #options: DatabaseSwitchOptions;
  readonly #clock: Clock;
  readonly #standbys: Standbys;
  readonly #alarm: ChoiceAlarm;
  readonly #record = new ChangeRecord();
  readonly #clients = new Set<MovableClient>();
  readonly #tell: (news: ClientNews) => void;
  readonly #jitter: number;
  #state: DatabaseState;
  #peace: AbortController | undefined;
  /** Whether an attempt to reconnect to the database in use has failed. */
  #hasAttemptFailed = false;
  #expectedAt: number | undefined;
  #isTurning = false;
  #isClosed = false;

  constructor(options: DatabaseSwitchOptions, tell: (news: ClientNews) => void) {
    const { settings, databases, targetOf, periodMsOf } = options;
    this.#options = options;
    this.#clock = settings.clock;
    this.#tell = tell;
    this.#jitter = 1 + spread * settings.random();
    this.#state = firstDatabaseState(databases);
    this.#alarm = new ChoiceAlarm(settings.clock, () => this.#advance({ kind: 'ticked' }));
    this.#standbys = new Standbys(databases, { settings, targetOf, periodMsOf }, (name, news) => {
      debug('%s: standby %s: %s', settings.name, name, news.kind === 'lost' ? news.cause : 'answers');
      this.#advance({ kind: news.kind, name });
    });
  }

  /** The database to which calls are sent. */
  get inUse(): Database {
    return this.#database(this.#state.inUse);
  }

  /** The part of a snapshot that describes the database in use. */
  get summary(): DatabaseInUse {
    return summaryOf(this.#state);
  }

  /** Makes a client follow the database in use. The first client added is the main client. */
  add(client: MovableClient): void {
    this.#clients.add(client);
    const { inUse } = this.#state;
    if (client.database !== inUse) client.switchTo(inUse, undefined, false);
  }

  remove(client: MovableClient): void {
    if (client !== this.#main) this.#clients.delete(client);
  }

  /** Call when an attempt to connect to the database in use has ended; `cause` is the reason if the attempt failed. */
  attempted(cause: CauseCode | undefined): void {
    this.#hasAttemptFailed = cause !== undefined;
    this.look();
  }

  /** Call when the state of the main client or of a circuit may have changed. */
  look(): void {
    const main = this.#main;
    if (this.#isTurning || this.#isClosed || main === undefined) return;
    if (main.state === 'idle' || main.state === 'ended') return;
    this.#standbys.watchAllBut(this.#state.inUse);
    if (main.state === 'ready') this.#serves();
    else this.#record.away(this.#clock.now());
    const { settings, circuits } = this.#options;
    const { isReadOnly } = this.inUse;
    const facts = { main, hasAttemptFailed: this.#hasAttemptFailed, isReadOnly, circuits };
    const verdict = verdictOf(facts, settings.failover);
    if (main.state === 'ready' && verdict === undefined) this.#record.serves();
    this.#advance({ kind: 'judged', verdict });
  }

  reports(): readonly DatabaseReport[] {
    return databaseReports(this.#state, this.#standbys, this.#main);
  }

  /** Name of the best other database that is answering. */
  get bestOther(): string | undefined {
    return bestOther(this.#state)?.name;
  }

  /** Resolves when the database has answered, and rejects if it does not answer. */
  prove(name: string, signal: AbortSignal): Promise<void> {
    return this.#standbys.prove(name, signal);
  }

  /**
   * Switches to this database on request; gracefully, if the database in use is working. `isNamed`: whether the
   * application named this database, which therefore stays in use even if it is read-only.
   */
  ask(name: string, isNamed: boolean): void {
    this.#advance({ kind: 'asked', name, isNamed });
  }

  /** Whether the database in use is serving calls and no switch is in progress. */
  get isSettled(): boolean {
    return this.#record.begunAt === undefined && this.#state.pending === undefined;
  }

  weigh(name: string, weight: number): void {
    this.#advance({ kind: 'weighed', name, weight });
    this.#tell({ kind: 'changed' });
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm.stop();
    this.#peace?.abort(new Error('The resilience is closed.'));
    this.#standbys.close();
  }

  get #main(): MovableClient | undefined {
    const [main] = this.#clients;
    return main;
  }

  #database(name: string): Database {
    return this.#options.databases.find((database) => database.name === name) as Database;
  }

  #serves(): void {
    this.#hasAttemptFailed = false;
    const change = this.#record.end(this.#clock.now());
    if (change !== undefined) this.#tell({ kind: 'database-change', change });
  }

  #moment(): DatabaseMoment {
    const { afterMs } = this.#options.settings.failback;
    return {
      now: this.#clock.now(),
      failbackMs: afterMs === false ? undefined : afterMs,
      jitter: this.#jitter,
    };
  }

  #advance(signal: DatabaseSignal): void {
    if (this.#isClosed) return;
    const former = this.#state;
    const [state, effect] = databaseTransition(former, signal, this.#moment());
    this.#state = state;
    if (state.verdict !== undefined && former.verdict === undefined) this.#standbys.need();
    if (state.verdict === undefined && former.verdict !== undefined) this.#standbys.calm();
    this.#expect();
    if (effect !== undefined) this.#perform(effect);
    this.#alarm.set(nextChoiceAt(state, this.#moment()));
  }

  /** Makes calls wait for a switch that is expected or in progress. */
  #expect(): void {
    const { awaySince = Infinity, begunAt } = this.#record;
    const likelyAt = awaySince + this.#options.settings.failover.afterMs + usualMs;
    const at = begunAt === undefined ? changeDueAt(this.#state, likelyAt) : begunAt + usualMs;
    if (at === this.#expectedAt) return;
    this.#expectedAt = at;
    for (const client of this.#clients) client.expectChange(at);
  }

  #perform(effect: DatabaseEffect): void {
    if (effect.kind === 'change-in-peace') void this.#changeInPeace(effect.to, effect.reason);
    else {
      this.#peace?.abort(new Error('The database in use is away.'));
      this.#turn(effect.from, effect.to, effect.reason, undefined);
    }
  }

  async #changeInPeace(to: string, reason: DatabaseChangeReason): Promise<void> {
    const { pending, inUse: from } = this.#state;
    const main = this.#main;
    if (main === undefined) return;
    const abort = new AbortController();
    this.#peace = abort;
    const timer = this.#clock.setTimeout(() => abort.abort(new Error('It took too long.')), peaceTimeoutMs);
    const prepared = await prepareInPeace({
      clock: this.#clock,
      clients: [...this.#clients],
      main,
      from,
      to,
      prove: (signal) => this.#standbys.prove(to, signal),
      signal: abort.signal,
    });
    this.#clock.clearTimeout(timer);
    this.#peace = undefined;
    if (this.#state.pending !== pending || pending === undefined) return;
    if (prepared === undefined) {
      debug('%s: the change to %s is put off', this.#options.settings.name, to);
      this.#advance({ kind: 'postponed' });
      return;
    }
    this.#advance({ kind: 'changed' });
    this.#turn(from, to, reason, prepared);
  }

  /** Switches all clients in one step: from here on, every call goes to the new database. */
  #turn(
    from: string,
    to: string,
    reason: DatabaseChangeReason,
    prepared: PreparedConnections | undefined,
  ): void {
    debug('%s: database %s -> %s (%s)', this.#options.settings.name, from, to, reason);
    this.#record.begin(from, to, reason, this.#clock.now());
    this.#expect();
    this.#hasAttemptFailed = false;
    this.#isTurning = true;
    const main = this.#main;
    const standby = this.#standbys.turn(from, to);
    this.#tell({ kind: 'database-switched' });
    for (const client of this.#clients) {
      const verified = client === main ? standby : prepared?.get(client);
      client.switchTo(to, verified, prepared !== undefined);
    }
    this.#isTurning = false;
    this.look();
  }
}
