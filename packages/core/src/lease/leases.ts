import { ConfigurationError } from '../errors.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { countOf, durationOf, functionOf, keyOf, nameOf, signalOf } from '../options/option-readers.ts';
import type { Settings } from '../options/settings.ts';
import { ownSignal } from '../own-signal.ts';
import { quietNow } from '../quiet-if-away.ts';
import type { LeaseOptions, LeaseWork, TransactionOptions, TransactionWork } from '../redis-resilience.ts';
import { LeaseMoves } from './lease-moves.ts';
import type { Lease } from './lease.ts';
import type { LeasePlace, LeasePlaces } from './places.ts';
import { sumOfPools, type PoolDetail } from './pool/pool-detail.ts';
import type { PoolParts } from './pool/pool-parts.ts';
import { PoolCounts } from './pool/pool-totals.ts';
import { Pool } from './pool/pool.ts';
import { runLease, type LeaseBounds } from './run-lease.ts';
import { runTransaction } from './transaction.ts';
import { untilServed } from './until-served.ts';

/** The clients of a `RedisResilience`, as far as its leases need them. */
interface LeasedClients {
  readonly places: LeasePlaces;
  wake(): void;
}

type Overdue = Parameters<PoolParts['tell']>[0];

/** Reports leases that last too long. */
interface LeaseEvents {
  emit(event: 'lease-overdue', overdue: Overdue): void;
}

/**
 * Implements `lease` and `transaction` of one `RedisResilience`. Keeps a pool of connections for each server to which
 * leases lead.
 */
export class Leases {
  readonly #clients: LeasedClients;
  readonly #settings: Settings;
  readonly #events: LeaseEvents;
  /** The pools, by address; undefined until the first lease is requested. */
  #pools: Map<string, Pool> | undefined;
  #known: LeasePlaces | undefined;
  #moves: LeaseMoves | undefined;
  #counted: PoolCounts | undefined;
  #isClosed = false;

  constructor(settings: Settings, clients: LeasedClients, events: LeaseEvents) {
    this.#settings = settings;
    this.#clients = clients;
    this.#events = events;
  }

  // This method is not `async`, and returns the promise of the method that it calls, because one more promise would
  // cost as much as the rest of a lease.
  lease<T>(work: LeaseWork<T>, options: LeaseOptions = noOptions): Promise<T> {
    try {
      if (options !== noOptions) checkOptions('lease', options, leaseReaders);
      functionOf(work, 'lease.work');
      const { name, timeoutMs, key } = options;
      const signal = ownSignal(options.signal);
      const deadlineAt = this.#settings.clock.now() + (timeoutMs ?? this.#settings.timeoutMs);
      const keys = key === undefined ? [] : [key];
      const onFailure = (error: unknown): void => quietNow(() => leased, error);
      const leased = this.#run(keys, { name, timeoutMs, deadlineAt, signal, onFailure }, (lease) =>
        work(lease.client),
      );
      return leased;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async transaction<T>(
    keys: readonly (string | Buffer)[],
    work: TransactionWork<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    checkOptions('transaction', options, transactionReaders);
    checkKeys(keys);
    functionOf(work, 'transaction.work');
    const { clock, random, name: connection, timeoutMs: defaultTimeoutMs } = this.#settings;
    const { name, attempts = 20, timeoutMs = defaultTimeoutMs } = options;
    const signal = ownSignal(options.signal);
    const deadlineAt = clock.now() + timeoutMs;
    const parts = { clock, random, connection, keys, attempts, deadlineAt, signal };
    const attempt = (): Promise<T> =>
      this.#run(keys, { name, timeoutMs, deadlineAt, signal }, (lease) => runTransaction(lease, parts, work));
    return await (this.#places.canMove ? untilServed(parts, attempt) : attempt());
  }

  detail(): PoolDetail {
    const { max, min } = this.#settings.pool;
    const pools = this.#all().map((pool) => pool.detail());
    return sumOfPools(pools, { max, min, totals: this.#totals });
  }

  /** Number of active leases and waiting callers. */
  get load(): number {
    return this.#all().reduce((sum, { load }) => sum + load, 0);
  }

  /** Call when a connection of the `RedisResilience` has changed its state. */
  look(): void {
    if (this.#settings.pool.min > 0 && !this.#places.canMove) this.#poolAt(this.#places.placeOf([]));
    for (const pool of this.#all()) pool.look();
    this.#moves?.look();
  }

  /** Refuses new leases, but still serves the callers that are already waiting. */
  close(): void {
    this.#isClosed = true;
    for (const pool of this.#all()) pool.close();
  }

  /** Ends the remaining leases. */
  end(): void {
    for (const pool of this.#all()) pool.end();
  }

  #all(): readonly Pool[] {
    return this.#pools === undefined ? none : [...this.#pools.values()];
  }

  get #places(): LeasePlaces {
    this.#known ??= this.#clients.places;
    return this.#known;
  }

  get #totals(): PoolCounts {
    this.#counted ??= new PoolCounts();
    return this.#counted;
  }

  #run<T>(
    keys: readonly (string | Buffer)[],
    bounds: LeaseBounds,
    work: (lease: Lease) => T | Promise<T>,
  ): Promise<T> {
    const { clock } = this.#settings;
    const places = this.#places;
    if (!places.canMove) return runLease(this.#poolAt(places.placeOf(keys)), clock, bounds, work);
    this.#moves ??= new LeaseMoves(places, this.#settings.name);
    return this.#moves.follow(keys, (place, waitSignal) =>
      runLease(this.#poolAt(place), clock, { ...bounds, waitSignal }, work),
    );
  }

  #poolAt({ address, main, connect }: LeasePlace): Pool {
    const pools = (this.#pools ??= new Map<string, Pool>());
    const known = pools.get(address);
    if (known !== undefined) return known;
    const pool = new Pool({
      settings: this.#settings,
      main,
      connect,
      wake: () => this.#clients.wake(),
      totals: this.#totals,
      tell: (overdue) => this.#events.emit('lease-overdue', overdue),
    });
    pools.set(address, pool);
    if (this.#isClosed) pool.close();
    else pool.look();
    return pool;
  }
}

const none: readonly Pool[] = [];
const noOptions: LeaseOptions = {};

const leaseReaders: OptionReaders<LeaseOptions> = {
  name: nameOf,
  timeoutMs: durationOf(0),
  signal: signalOf,
  key: keyOf,
};

const transactionReaders: OptionReaders<TransactionOptions> = {
  name: nameOf,
  timeoutMs: durationOf(0),
  signal: signalOf,
  attempts: countOf(1),
};

function checkKeys(keys: unknown): void {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new ConfigurationError(
      'transaction() needs the keys to watch: a list of at least one, such as [from, to].',
    );
  }
  for (const key of keys as unknown[]) keyOf(key, 'transaction.keys');
}
