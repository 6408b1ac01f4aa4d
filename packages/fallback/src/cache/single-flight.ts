import type { Clock } from '@redis-resilience/core';
import { withinDeadline } from '@redis-resilience/core/kit';
import type { Invalidations } from './invalidations.ts';
import { overloaded, type LoaderBulkhead } from './loader-bulkhead.ts';

/** Argument of a loader. */
export interface LoadContext {
  /**
   * The signal aborts when `loadTimeoutMs` has passed since the load began. Pass the signal on to the database client,
   * so that the client can cancel the query.
   */
  readonly signal: AbortSignal;
  /**
   * Sets how long the value is fresh at most, in milliseconds, for a loader that learns this only from the value. With
   * 0, the value is not stored, but the callers that are waiting for the load get it.
   */
  readonly keepFor: (ttlMs: number) => void;
}

/** Loads a value from the source of truth, for example a database. Errors that a loader throws are never cached. */
export type Loader<T> = (context: LoadContext) => T | Promise<T>;

/** The result of one load. */
export interface Loaded<T> {
  readonly value: T;
  /** Wall-clock time at which the load began: the version of the value. */
  readonly at: number;
  readonly loadMs: number;
  /** How long the value is fresh, if the loader set it. */
  readonly ttlMs?: number | undefined;
}

interface Flight {
  readonly promise: Promise<Loaded<unknown>>;
  waiters: number;
}

/** Lets concurrent callers of the same key share one load. Each caller has its own deadline. */
export class SingleFlight {
  readonly #clock: Clock;
  readonly #bulkhead: LoaderBulkhead;
  readonly #invalidations: Invalidations;
  readonly #loadTimeoutMs: number;
  readonly #flights = new Map<string, Flight>();

  constructor(clock: Clock, bulkhead: LoaderBulkhead, invalidations: Invalidations, loadTimeoutMs: number) {
    this.#clock = clock;
    this.#bulkhead = bulkhead;
    this.#invalidations = invalidations;
    this.#loadTimeoutMs = loadTimeoutMs;
  }

  /** Whether a load of this key is running or could start immediately. */
  canJoin(key: string): boolean {
    return this.#flights.has(key) || this.#bulkhead.hasRoom;
  }

  isLoading(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Waits for the load of this key for up to `patienceMs`, including the load's time in the queue. Starts a load if
   * none is running. `keep` stores the result, once for each load, unless {@link detach} was called while the load was
   * running. Callers that arrive before `keep` has finished get the loaded value.
   *
   * @throws {@link OverloadedError} after `patienceMs`, or when too many loads are waiting; otherwise the loader's
   * error
   */
  async join<T>(
    key: string,
    loader: Loader<T>,
    patienceMs: number,
    keep: (loaded: Loaded<T>) => Promise<void>,
  ): Promise<Loaded<T>> {
    const flight = this.#flights.get(key) ?? this.#start(key, loader, keep);
    flight.waiters++;
    try {
      return (await withinDeadline(this.#clock, patienceMs, flight.promise, () =>
        overloaded(`The load did not finish within ${patienceMs} ms.`),
      )) as Loaded<T>;
    } finally {
      flight.waiters--;
    }
  }

  /** Detaches the running load of this key: its result will not be stored, and later callers start a new load. */
  detach(key: string): void {
    this.#flights.delete(key);
  }

  #start<T>(key: string, loader: Loader<T>, keep: (loaded: Loaded<T>) => Promise<void>): Flight {
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
    const at = this.#invalidations.versionAt(key, this.#clock.wallNow());
    const startedAt = this.#clock.now();
    const abort = new AbortController();
    const timer = this.#clock.setTimeout(() => {
      abort.abort(overloaded(`The load did not finish within ${this.#loadTimeoutMs} ms.`));
    }, this.#loadTimeoutMs);
    timer.unref?.();
    let ttlMs: number | undefined;
    const keepFor = (ms: number): void => {
      ttlMs = ms;
    };
    try {
      const value = await loader({ signal: abort.signal, keepFor });
      return { value, at, loadMs: this.#clock.now() - startedAt, ttlMs };
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

function ignore(): void {
  // Nothing to do: each caller gets the load's error from its own wait, and `keep` reports its own errors.
}
