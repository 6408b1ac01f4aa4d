import type { Clock } from '@redis-resilience/core';
import { withinDeadline } from '@redis-resilience/core/kit';
import { overloaded, type LoaderBulkhead } from './loader-bulkhead.ts';

/** What a loader is told. */
export interface LoadContext {
  /** Aborts when nobody waits for the value any longer: pass it on to the database. */
  readonly signal: AbortSignal;
}

/** Gets a value from the source of truth. What it throws is never cached. */
export type Loader<T> = (context: LoadContext) => T | Promise<T>;

/** What became of one load. */
export interface Loaded<T> {
  readonly value: T;
  /** Wall clock at its beginning: the version of the value. */
  readonly at: number;
  readonly loadMs: number;
}

interface Flight {
  readonly promise: Promise<Loaded<unknown>>;
  waiters: number;
}

/** Single-flight: concurrent loads of one key are one load, and each who waits for it has a deadline of their own. */
export class Flights {
  readonly #clock: Clock;
  readonly #bulkhead: LoaderBulkhead;
  readonly #loadTimeoutMs: number;
  readonly #versionOf: (key: string) => number;
  readonly #flights = new Map<string, Flight>();

  constructor(
    clock: Clock,
    bulkhead: LoaderBulkhead,
    loadTimeoutMs: number,
    versionOf: (key: string) => number,
  ) {
    this.#clock = clock;
    this.#bulkhead = bulkhead;
    this.#loadTimeoutMs = loadTimeoutMs;
    this.#versionOf = versionOf;
  }

  get count(): number {
    return this.#flights.size;
  }

  /** Whether a load of this key is under way or could begin at once. */
  canJoin(key: string): boolean {
    return this.#flights.has(key) || this.#bulkhead.hasRoom;
  }

  isLoading(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Joins the load of this key, or begins one, and waits up to `patienceMs`: in the queue and for the load together.
   * `keep` runs once for each load, unless the key was {@link detach}ed meanwhile; until it is done, whoever asks is
   * given the value that was loaded.
   *
   * @throws {@link OverloadedError} when patience ends, or too many loads wait; else what the loader threw
   */
  async join<T>(
    key: string,
    loader: Loader<T>,
    patienceMs: number,
    keep: (loaded: Loaded<T>) => Promise<void>,
  ): Promise<Loaded<T>> {
    const flight = this.#flights.get(key) ?? this.#begin(key, loader, keep);
    flight.waiters++;
    try {
      return (await withinDeadline(this.#clock, patienceMs, flight.promise, () =>
        overloaded(`The load did not finish within ${patienceMs} ms.`),
      )) as Loaded<T>;
    } finally {
      flight.waiters--;
    }
  }

  /** Whoever asks from now on gets a new load; what is under way is not kept. */
  detach(key: string): void {
    this.#flights.delete(key);
  }

  #begin<T>(key: string, loader: Loader<T>, keep: (loaded: Loaded<T>) => Promise<void>): Flight {
    const flight: Flight = {
      waiters: 0,
      promise: this.#bulkhead.run(
        () => this.#load(key, loader),
        () => flight.waiters > 0,
      ),
    };
    this.#flights.set(key, flight);
    const isCurrent = (): boolean => this.#flights.get(key) === flight;
    flight.promise
      .then((loaded) => (isCurrent() ? keep(loaded as Loaded<T>) : undefined))
      .catch(ignore)
      .finally(() => {
        if (isCurrent()) this.#flights.delete(key);
      });
    return flight;
  }

  async #load<T>(key: string, loader: Loader<T>): Promise<Loaded<T>> {
    const at = this.#versionOf(key);
    const startedAt = this.#clock.now();
    const abort = new AbortController();
    const timer = this.#clock.setTimeout(() => {
      abort.abort(overloaded(`The load did not finish within ${this.#loadTimeoutMs} ms.`));
    }, this.#loadTimeoutMs);
    timer.unref?.();
    try {
      const value = await loader({ signal: abort.signal });
      return { value, at, loadMs: this.#clock.now() - startedAt };
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

function ignore(): void {
  // Each who waits is told; what cannot be kept is reported by who keeps it.
}
