import type { Clock, CommandEntry, RedisResilience, SnapshotDetail } from '@redis-resilience/core';
import type {
  AttemptPicture,
  CommandPicture,
  ConnectionPicture,
  DatabaseChangePicture,
  PoolPicture,
} from '../page-state.ts';
import { databasePictures } from './database-pictures.ts';
import { outagesIn } from './outages.ts';
import { CommandRates } from './command-rates.ts';
import { StatusTimeline } from './status-timeline.ts';

const maxAttempts = 20;
const maxCommands = 10;
const maxDatabaseChanges = 20;

/** Keeps what the page shows about one connection. The lengths of all lists are limited. */
export class ConnectionBoard {
  readonly resilience: RedisResilience;
  readonly #clock: Clock;
  readonly #rates: CommandRates;
  readonly #timeline: StatusTimeline;
  readonly #attempts: AttemptPicture[] = [];
  readonly #databaseChanges: DatabaseChangePicture[] = [];
  readonly #stops: readonly (() => void)[];
  #putBack: (() => void) | undefined;
  #retryAt: number | null = null;

  /** `onChange` is called when the snapshot or the database in use changes, and when a connection attempt ends. */
  constructor(resilience: RedisResilience, clock: Clock, onChange: () => void) {
    this.resilience = resilience;
    this.#clock = clock;
    this.#rates = new CommandRates(resilience, clock.wallNow());
    this.#timeline = new StatusTimeline(resilience.history(), resilience.snapshot(), clock.wallNow());
    this.#stops = [
      resilience.on('change', ({ snapshot }) => {
        this.#timeline.note(snapshot, clock.wallNow());
        onChange();
      }),
      resilience.on('attempt', ({ durationMs, cause, nextAttemptMs }) => {
        this.#noteAttempt({ at: clock.wallNow(), durationMs, cause: cause ?? null });
        this.#retryAt = nextAttemptMs === undefined ? null : clock.wallNow() + nextAttemptMs;
        onChange();
      }),
      resilience.on('database-change', (change) => {
        this.#databaseChanges.unshift({ at: clock.wallNow(), ...change });
        this.#databaseChanges.length = Math.min(this.#databaseChanges.length, maxDatabaseChanges);
        onChange();
      }),
    ];
  }

  get isIsolatedHere(): boolean {
    return this.#putBack !== undefined;
  }

  isolate(reason: string): void {
    this.#putBack ??= this.resilience.isolate(reason);
  }

  putBack(): void {
    this.#putBack?.();
    this.#putBack = undefined;
  }

  /** Must be called every second: it records how many commands ran since the last call. */
  sample(): void {
    this.#rates.sample(this.#clock.wallNow());
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.putBack();
  }

  picture(): ConnectionPicture {
    const snapshot = this.resilience.snapshot();
    const { connections, readyConnections, waiting, waitingBytes, inFlight, pool, server } =
      this.resilience.detail();
    const timeline = this.#timeline.intervals(this.#clock.wallNow());
    const { name, status, since, reads, writes, cause, connection, circuit } = snapshot;
    return {
      name,
      status,
      since: since.getTime(),
      reads,
      writes,
      cause: cause === undefined ? null : { code: cause.code, message: cause.message },
      connection,
      circuit,
      retryAt: this.#retryTime(snapshot.retryAfterMs, status === 'up'),
      attempts: this.#attempts,
      attemptCount: snapshot.attempts,
      inFlight,
      waiting,
      waitingBytes,
      connections,
      readyConnections,
      isolatedHere: this.isIsolatedHere,
      timeline,
      outages: outagesIn(timeline),
      rates: this.#rates.rates(),
      commands: this.#commands(),
      databases: databasePictures(this.resilience.databases()),
      databaseChanges: this.#databaseChanges,
      pool: poolPicture(pool),
      server: { version: server?.version ?? null, role: server?.role ?? null },
    };
  }

  // Returns the time at which the next attempt is due; null if Redis is up, or if that time is not known. Prefers the
  // time that was computed when the last attempt ended, because that time does not shift with each snapshot as
  // `retryAfterMs` does.
  #retryTime(retryAfterMs: number | undefined, isUp: boolean): number | null {
    const now = this.#clock.wallNow();
    if (isUp) return null;
    if (this.#retryAt !== null && this.#retryAt > now) return this.#retryAt;
    return retryAfterMs === undefined ? null : now + retryAfterMs;
  }

  #noteAttempt(attempt: AttemptPicture): void {
    this.#attempts.push(attempt);
    if (this.#attempts.length > maxAttempts) this.#attempts.shift();
  }

  #commands(): CommandPicture[] {
    const commands = this.resilience.history().filter((entry) => entry.kind === 'command');
    return commands.slice(-maxCommands).toReversed().map(commandPicture);
  }
}

function poolPicture({ max, active, idle, waiting, oldestLeaseMs }: SnapshotDetail['pool']): PoolPicture {
  return { max, active, idle, waiting, oldestLeaseMs: oldestLeaseMs ?? null };
}

function commandPicture({ at, failure, ...entry }: CommandEntry): CommandPicture {
  const { command, commands, keys, bytes, durationMs, queue } = entry;
  return {
    at: at.getTime(),
    command,
    commands,
    keys,
    bytes,
    durationMs,
    queue,
    failure: failure === undefined ? null : failure.code,
  };
}
