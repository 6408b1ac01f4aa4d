import { ConfigurationError } from '../errors.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { countOf, durationOf, functionOf, keyOf, nameOf, signalOf } from '../options/option-readers.ts';
import type { Settings } from '../options/settings.ts';
import type { LeaseOptions, LeaseWork, TransactionOptions, TransactionWork } from '../redis-resilience.ts';
import type { PoolDetail } from './pool/pool-detail.ts';
import type { PoolParts } from './pool/pool-parts.ts';
import { Pool } from './pool/pool.ts';
import { runLease } from './run-lease.ts';
import { runTransaction } from './transaction.ts';

/** The methods `lease` and `transaction` of one resilience, and the pool behind them. */
export class Leases {
  readonly #settings: Settings;
  readonly #parts: PoolParts;
  /** Made when it is first needed. */
  #made: Pool | undefined;
  #isClosed = false;

  constructor(parts: PoolParts) {
    this.#settings = parts.settings;
    this.#parts = parts;
  }

  async lease<T>(work: LeaseWork<T>, options: LeaseOptions = {}): Promise<T> {
    checkOptions('lease', options, leaseReaders);
    functionOf(work, 'lease.work');
    const { clock, timeoutMs: defaultTimeoutMs } = this.#settings;
    const { name, timeoutMs, signal } = options;
    return await runLease(this.#pool, clock, { name, timeoutMs, defaultTimeoutMs, signal }, (lease) =>
      work(lease.client),
    );
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
    const { name, signal, attempts = 20, timeoutMs = defaultTimeoutMs } = options;
    const deadlineAt = clock.now() + timeoutMs;
    return await runLease(this.#pool, clock, { name, timeoutMs, defaultTimeoutMs, signal }, (lease) =>
      runTransaction(lease, { clock, random, connection, keys, attempts, deadlineAt, signal }, work),
    );
  }

  detail(): PoolDetail {
    return this.#pool.detail();
  }

  /** Number of active leases and waiting callers. */
  get load(): number {
    return this.#made?.load ?? 0;
  }

  /** Call when one of the resilience's connections has changed its state. */
  look(): void {
    if (this.#made !== undefined || this.#settings.pool.min > 0) this.#pool.look();
  }

  /** Stops granting leases. */
  close(): void {
    this.#isClosed = true;
    this.#made?.close();
  }

  /** Ends the remaining leases. */
  end(): void {
    this.#made?.end();
  }

  get #pool(): Pool {
    if (this.#made !== undefined) return this.#made;
    const pool = new Pool(this.#parts);
    this.#made = pool;
    if (this.#isClosed) pool.close();
    else pool.look();
    return pool;
  }
}

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
