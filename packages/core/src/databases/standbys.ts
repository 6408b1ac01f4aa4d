import type { CauseCode } from '../cause.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import type { ServerInfo } from '../handshake/verify-handshake.ts';
import type { Settings } from '../options/settings.ts';
import type { DatabaseReport } from '../database-report.ts';
import type { Database } from '../routes/database.ts';
import { StandbyWatch, type StandbyNews } from './standby-watch.ts';

export interface StandbysOptions {
  readonly settings: Settings;
  readonly targetOf: (database: Database) => Target;
  readonly periodMsOf: (database: Database) => number;
}

/** What is known about one database from its standby connection. */
type Knowledge = Pick<DatabaseReport, 'health' | 'cause' | 'role' | 'lagMs' | 'lastChange'>;

const nothing: Knowledge = {
  health: 'unknown',
  cause: undefined,
  role: undefined,
  lagMs: undefined,
  lastChange: undefined,
};

/** Keeps one watch for each database; the watch of the database in use is off. */
export class Standbys {
  readonly #settings: Settings;
  readonly #watches: ReadonlyMap<string, StandbyWatch>;
  readonly #known = new Map<string, Knowledge>();
  readonly #proofs = new Map<string, Set<(cause: CauseCode | undefined) => void>>();
  #isStarted = false;
  #isNeeded = false;

  constructor(
    databases: readonly Database[],
    { settings, targetOf, periodMsOf }: StandbysOptions,
    tell: (name: string, news: StandbyNews) => void,
  ) {
    this.#settings = settings;
    const { clock, random, connection } = settings;
    this.#watches = new Map(
      databases.map((database) => {
        const { name } = database;
        const watch = new StandbyWatch(
          {
            clock,
            random,
            target: targetOf(database),
            intervalMs: connection.idlePingMs,
            timeoutMs: connection.maxStallMs,
            periodMs: () => periodMsOf(database),
          },
          (news) => {
            this.#learn(name, news);
            tell(name, news);
          },
        );
        return [name, watch];
      }),
    );
  }

  /** Starts to watch all databases except `inUse`, unless the watching has already been started. */
  watchAllBut(inUse: string): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const [name, watch] of this.#watches) if (name !== inUse) watch.start();
  }

  /** Call when the database in use has become unavailable. */
  need(): void {
    this.#isNeeded = true;
    for (const watch of this.#watches.values()) watch.need();
  }

  calm(): void {
    this.#isNeeded = false;
    for (const watch of this.#watches.values()) watch.calm();
  }

  /**
   * Checks immediately whether the database answers, without waiting for its next periodic check. Resolves when the
   * database has answered, and rejects if it does not answer.
   */
  async prove(name: string, signal: AbortSignal): Promise<void> {
    const proofs = this.#proofs.get(name) ?? new Set();
    this.#proofs.set(name, proofs);
    const proof = new Promise<void>((resolve, reject) => {
      const settle = (cause: CauseCode | undefined): void => {
        proofs.delete(settle);
        signal.removeEventListener('abort', onAbort);
        if (cause === undefined) resolve();
        else reject(new Error(`The database does not answer: ${cause}.`));
      };
      const onAbort = (): void => settle('stalled');
      proofs.add(settle);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#watches.get(name)?.need();
    });
    try {
      await proof;
    } finally {
      // While the database in use works, this one check is enough: the standby database is then checked only at long
      // intervals again.
      if (!this.#isNeeded) this.#watches.get(name)?.calm();
    }
  }

  /**
   * Call on a switch to another database. Starts to watch the previous database. Returns the standby connection to the
   * new database, if that connection is usable.
   */
  turn(from: string, to: string): VerifiedSocket | undefined {
    const lastChange = new Date(this.#settings.clock.wallNow());
    for (const name of [from, to]) this.#known.set(name, { ...this.knowledgeOf(name), lastChange });
    const verified = this.#watches.get(to)?.take();
    this.#known.set(from, { ...nothing, lastChange });
    this.#watches.get(from)?.start();
    return verified;
  }

  knowledgeOf(name: string): Knowledge {
    return this.#known.get(name) ?? nothing;
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.stop();
  }

  #learn(name: string, news: StandbyNews): void {
    const known = this.knowledgeOf(name);
    if (news.kind === 'lost') this.#known.set(name, { ...known, health: 'down', cause: news.cause });
    else this.#known.set(name, { ...known, health: 'up', cause: undefined, ...roleOf(news.info) });
    const cause = news.kind === 'lost' ? news.cause : undefined;
    for (const settle of this.#proofs.get(name) ?? []) settle(cause);
  }
}

function roleOf(info: ServerInfo): Pick<Knowledge, 'role' | 'lagMs'> {
  const { role, master_last_io_seconds_ago: seconds, master_link_status: link } = info;
  if (role === undefined) return { role: undefined, lagMs: undefined };
  if (role !== 'slave') return { role: 'primary', lagMs: undefined };
  const lagMs = link === 'up' && /^\d{1,10}$/.test(seconds ?? '') ? Number(seconds) * 1000 : undefined;
  return { role: 'replica', lagMs };
}
