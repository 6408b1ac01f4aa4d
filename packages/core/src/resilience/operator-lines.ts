import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import type { RedisSnapshot } from '../snapshot.ts';
import type { Logger } from '../options/logger.ts';
import type { Cluster, Redis } from '../ioredis/clients.ts';
import { placeOf } from '../ioredis/place.ts';
import { callApplication } from '../observability/call-application.ts';
import type { FirstListener } from '../observability/event-hub.ts';
import type { ResilienceEvents } from '../observability/events.ts';
import { operatorAdvice } from '../observability/next-step.ts';

/** Outages shorter than this are not reported, because most callers do not notice them. */
const graceMs = 250;
/**
 * Minimum time between the log lines of two outages. If the next outage begins earlier, its log line waits until the
 * minimum time has passed. If the outage is over before that, it is only counted.
 */
const pauseMs = 10_000;

/**
 * For each command that needs a connection of its own: the harm that the command does on a shared connection, and the
 * code to write instead.
 */
const sharedUses: Readonly<Record<ResilienceEvents['shared-use']['use'], readonly [string, string]>> = {
  watch: [
    ': the EXEC of another caller ends it, and yours then runs even if the key has changed.',
    'resilience.transaction([key], async (tx) => tx.commit((multi) => [multi.incr(key)]))',
  ],
  blocking: [
    ': all callers behind it wait.',
    "resilience.lease((client) => client.blpop('jobs', 5)), or use client.duplicate()",
  ],
};

const comesBack = 'A preferred database is used again once it has been healthy for a while; ';

/**
 * For each library that needs a helper of the package `fallback`: what the library loses without it, and the code to
 * write instead.
 */
const unaidedLibraries: Readonly<
  Record<ResilienceEvents['unaided-library']['library'], readonly [string, string]>
> = {
  bullmq: [
    'A BullMQ worker uses the client as it is: a job that it finishes while Redis is unavailable is run again.',
    'new Worker(name, work, workerConnection(resilience))',
  ],
  bull: [
    'A Bull queue uses the client as it is: a job that it finishes while Redis is unavailable is run again.',
    'new Bull(name, bullClients(resilience))',
  ],
};

/** The members of a `RedisResilience` that the log lines need. */
export interface OperatorSubject {
  readonly client: Redis | Cluster;
  readonly name: string;
  readonly settings: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly failback: { readonly afterMs: number | false };
  };
  snapshot(): RedisSnapshot;
}

/**
 * Writes the log lines for operators. When an outage has lasted 250 ms, logs its cause, the server's address and the
 * next step, and later one line about its end. Also logs each switch to another Redis database, and each kind of misuse
 * that would otherwise go unnoticed. These log lines are the only place where host and port appear; credentials, keys
 * and values never appear.
 */
export class OperatorLines implements FirstListener<ResilienceEvents> {
  readonly #subject: OperatorSubject;
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;
  /** The cause that was logged for the current outage; undefined if none was logged. */
  #told: CauseCode | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(subject: OperatorSubject) {
    this.#subject = subject;
    this.#clock = subject.settings.clock;
  }

  outage(): void {
    this.#stop();
    const pausedMs = this.#toldAt + pauseMs - this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => this.#tellOutage(), Math.max(graceMs, pausedMs));
    this.#timer.unref?.();
  }

  recovered({ outageMs }: ResilienceEvents['recovered']): void {
    this.#stop();
    const told = this.#told;
    if (told === undefined) {
      this.#untold++;
      return;
    }
    this.#told = undefined;
    this.#log(
      'info',
      `Redis connection ${this.#subject.name} at ${placeOf(this.#subject.client)} is up again after ${seconds(outageMs)} (${told}).`,
    );
  }

  'database-change'({ from, to, reason, durationMs }: ResilienceEvents['database-change']): void {
    const { name, database } = this.#subject.snapshot();
    const isBack = database?.preferred === true;
    const returns = reason !== 'by-hand' && this.#subject.settings.failback.afterMs !== false;
    this.#log(
      isBack ? 'info' : 'warn',
      `Redis connection ${name} uses its database ${to} at ${placeOf(this.#subject.client)} in place of ${from} ` +
        `(${reason}), after ${seconds(durationMs)}.` +
        (isBack ? '' : ` ${returns ? comesBack : ''}failover('${from}') switches back now.`),
    );
  }

  'shared-use'({ use, command }: ResilienceEvents['shared-use']): void {
    const name = command.toUpperCase();
    const [harm, instead] = sharedUses[use];
    this.#log(
      use === 'watch' ? 'warn' : 'info',
      `Redis connection ${this.#subject.name}: ${name} was called on the client that all callers share${harm} Write ${instead}.`,
    );
  }

  'unaided-library'({ library }: ResilienceEvents['unaided-library']): void {
    const [harm, instead] = unaidedLibraries[library];
    this.#log('warn', `Redis connection ${this.#subject.name}: ${harm} Write ${instead}.`);
  }

  closed(): void {
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tellOutage(): void {
    const { name, status, cause } = this.#subject.snapshot();
    this.#timer = undefined;
    if (status === 'up' || cause === undefined || cause.code === 'closed') return;
    const before = this.#untold === 0 ? '' : ` Shorter ones before it: ${this.#untold}.`;
    this.#untold = 0;
    this.#toldAt = this.#clock.now();
    this.#told = cause.code;
    this.#log(
      status === 'down' ? 'error' : 'warn',
      `Redis connection ${name} at ${placeOf(this.#subject.client)} is ${status} (${cause.code}): ${cause.message} ` +
        `${operatorAdvice(cause.code)}${before}`,
    );
  }

  // An error of the application's logger must not break a connection, nor end the process as an unhandled rejection.
  #log(level: keyof Logger, line: string): void {
    callApplication(() => this.#subject.settings.logger[level](line), ignore);
  }
}

function ignore(): void {
  // The logger itself failed, so its error cannot be reported.
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
