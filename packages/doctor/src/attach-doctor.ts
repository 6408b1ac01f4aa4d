import type { Cause, Clock, RedisResilience, RedisSnapshot } from '@redis-resilience/core';
import { ConfigurationError, systemClock } from '@redis-resilience/core';
import {
  checkOptions,
  clockOf,
  durationOf,
  functionOf,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import { diagnose, type Diagnosis } from './diagnose.ts';
import { explainedSnapshot } from './explained-snapshot.ts';
import type { Finding } from './finding.ts';

/** Options of {@link attachDoctor}. */
export interface AttachOptions {
  /** Bounds each walk. Default 3,000 ms. */
  readonly timeoutMs?: number;
  /** No walk begins sooner than this after the one before. Default 30,000 ms. */
  readonly minIntervalMs?: number;
  /** Called with each diagnosis; what it throws is contained. */
  readonly onDiagnosis?: (diagnosis: Diagnosis) => void;
  readonly clock?: Clock;
}

/** A doctor that explains outages as they happen. */
export interface AttachedDoctor {
  /** The last diagnosis, of this outage or of one before. */
  readonly last: Diagnosis | undefined;
  /** The first finding of this outage; undefined while Redis is up, or before the walk has ended. */
  readonly finding: Finding | undefined;
  /** Resolves when the walk that is under way, if any, has ended. */
  settled(): Promise<void>;
  /** Leaves the resilience as it was. */
  detach(): void;
}

/**
 * Explains outages as they happen: an outage starts the short walk, bounded and rate-limited, and what it finds joins
 * the cause of the snapshot, and with it the health answer, until Redis is back.
 *
 * @throws ConfigurationError when a doctor is attached already, or an option is malformed
 * @example
 * const doctor = attachDoctor(resilience);
 * resilience.snapshot().cause?.message; // 'Nobody listens ... The doctor found: ...'
 */
export function attachDoctor(resilience: RedisResilience, options: AttachOptions = {}): AttachedDoctor {
  if (attached.has(resilience))
    throw new ConfigurationError('A doctor is attached to this resilience already.');
  const { timeoutMs = 3000, minIntervalMs = 30_000 } = checkOptions('attachDoctor', options, readers);
  attached.add(resilience);
  return new Attachment(resilience, { ...options, timeoutMs, minIntervalMs });
}

const readers: OptionReaders<AttachOptions> = {
  timeoutMs: durationOf(50),
  minIntervalMs: durationOf(0),
  onDiagnosis: functionOf,
  clock: clockOf,
};

const attached = new WeakSet<RedisResilience>();

class Attachment implements AttachedDoctor {
  readonly #resilience: RedisResilience;
  readonly #options: AttachOptions & { readonly timeoutMs: number; readonly minIntervalMs: number };
  readonly #clock: Clock;
  readonly #release: readonly (() => void)[];
  readonly #explained = new WeakMap<RedisSnapshot, RedisSnapshot>();
  #last: Diagnosis | undefined;
  #finding: Finding | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #walk: Promise<void> | undefined;
  #isDetached = false;

  constructor(
    resilience: RedisResilience,
    options: AttachOptions & { readonly timeoutMs: number; readonly minIntervalMs: number },
  ) {
    this.#resilience = resilience;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#release = [
      resilience.on('outage', ({ cause }) => this.#onOutage(cause)),
      resilience.on('recovered', () => this.#forget()),
      this.#joinSnapshot(),
    ];
    const { cause } = resilience.snapshot();
    if (cause !== undefined) this.#onOutage(cause);
  }

  get last(): Diagnosis | undefined {
    return this.#last;
  }

  get finding(): Finding | undefined {
    return this.#finding;
  }

  async settled(): Promise<void> {
    await this.#walk;
  }

  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    this.#forget();
    for (const release of this.#release) release();
    attached.delete(this.#resilience);
  }

  // What was done by hand needs no walk.
  #onOutage({ code }: Cause): void {
    if (code === 'isolated' || code === 'closed' || this.#walk !== undefined) return;
    const now = this.#clock.now();
    if (now - this.#startedAt < this.#options.minIntervalMs) return;
    this.#startedAt = now;
    this.#walk = this.#run().finally(() => {
      this.#walk = undefined;
    });
  }

  async #run(): Promise<void> {
    const { timeoutMs, onDiagnosis } = this.#options;
    const diagnosis = await diagnose(this.#resilience, { depth: 'short', timeoutMs, clock: this.#clock });
    if (this.#isDetached) return;
    this.#last = diagnosis;
    const [first] = diagnosis.findings;
    const isOver = this.#resilience.snapshot().status === 'up';
    this.#finding = isOver || first?.severity === 'info' ? undefined : first;
    try {
      onDiagnosis?.(diagnosis);
    } catch {
      // The application's own callback never breaks the doctor.
    }
  }

  #forget(): void {
    this.#finding = undefined;
  }

  // Core has no hook for this yet, so the object's own snapshot() is put before that of its class.
  #joinSnapshot(): () => void {
    const target = this.#resilience as { snapshot?: () => RedisSnapshot };
    const original = this.#resilience.snapshot.bind(this.#resilience);
    const wasOwn = Object.hasOwn(target, 'snapshot');
    target.snapshot = () => {
      const plain = original();
      if (this.#finding === undefined || plain.cause === undefined) return plain;
      const known = this.#explained.get(plain);
      if (known !== undefined) return known;
      const explained = explainedSnapshot(plain, plain.cause, this.#finding);
      this.#explained.set(plain, explained);
      return explained;
    };
    return () => {
      if (wasOwn) target.snapshot = original;
      else delete target.snapshot;
    };
  }
}
