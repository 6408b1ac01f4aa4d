import {
  ConfigurationError,
  systemClock,
  type Cause,
  type Clock,
  type RedisResilience,
  type RedisSnapshot,
} from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  functionOf,
  resilienceOf,
  withDefaults,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import { diagnose, type Diagnosis } from './diagnose.ts';
import { explainedSnapshot } from './explained-snapshot.ts';
import type { Finding } from './finding.ts';

/** Options of {@link attachDoctor}. */
export interface AttachOptions {
  /** Time limit of one diagnosis in milliseconds. Default 3,000, at least 50. */
  readonly timeoutMs?: number;
  /** Minimum interval between the starts of two diagnoses in milliseconds. Default 30,000. */
  readonly minIntervalMs?: number;
  /** Called with each diagnosis. Errors that the callback throws are ignored. Default: none. */
  readonly onDiagnosis?: (diagnosis: Diagnosis) => void;
  /** Source of time, for tests. */
  readonly clock?: Clock;
}

/** A doctor that diagnoses each outage of one `RedisResilience` as it happens. */
export interface AttachedDoctor {
  /** The latest diagnosis, from this outage or an earlier one. Undefined before the first diagnosis is done. */
  readonly last: Diagnosis | undefined;
  /**
   * The first finding of the current outage. Undefined while Redis is up, until the diagnosis of the outage is done,
   * and if no finding is an error or a warning.
   */
  readonly finding: Finding | undefined;
  /** Resolves when the running diagnosis has ended; at once if none is running. */
  settled(): Promise<void>;
  /** Stops the doctor and removes its finding from the snapshot. */
  detach(): void;
}

/**
 * Explains outages as they happen. Each outage starts a diagnosis of depth `short`, unless a diagnosis is running or
 * the last one started less than `minIntervalMs` ago. The first finding is added to the cause in the snapshot until
 * Redis is back, so a health response also shows the finding.
 *
 * @throws ConfigurationError when a doctor is already attached, or an option is unknown or invalid
 * @example
 * const doctor = attachDoctor(resilience);
 * resilience.snapshot().cause?.message; // 'Nothing is listening ... The doctor found: ...'
 */
export function attachDoctor(resilience: RedisResilience, options: AttachOptions = {}): AttachedDoctor {
  checkArgument('attachDoctor.resilience', resilience, resilienceOf);
  const settings = withDefaults(defaults, checkOptions('attachDoctor', options, readers));
  if (attached.has(resilience))
    throw new ConfigurationError('A doctor is already attached to this resilience.');
  attached.add(resilience);
  return new Attachment(resilience, settings);
}

const readers: OptionReaders<AttachOptions> = {
  timeoutMs: durationOf(50),
  minIntervalMs: durationOf(0),
  onDiagnosis: functionOf,
  clock: clockOf,
};

const attached = new WeakSet<RedisResilience>();

const defaults = { timeoutMs: 3000, minIntervalMs: 30_000, clock: systemClock };

type AttachSettings = AttachOptions & Readonly<typeof defaults>;

class Attachment implements AttachedDoctor {
  readonly #resilience: RedisResilience;
  readonly #settings: AttachSettings;
  readonly #release: readonly (() => void)[];
  readonly #explained = new WeakMap<RedisSnapshot, RedisSnapshot>();
  #last: Diagnosis | undefined;
  #finding: Finding | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #walk: Promise<void> | undefined;
  #isDetached = false;

  constructor(resilience: RedisResilience, settings: AttachSettings) {
    this.#resilience = resilience;
    this.#settings = settings;
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

  // Starts a diagnosis. An outage that `isolate()` or `close()` caused is deliberate, so there is nothing to explain.
  #onOutage({ code }: Cause): void {
    if (code === 'isolated' || code === 'closed' || this.#walk !== undefined) return;
    const now = this.#settings.clock.now();
    if (now - this.#startedAt < this.#settings.minIntervalMs) return;
    this.#startedAt = now;
    this.#walk = this.#run().finally(() => {
      this.#walk = undefined;
    });
  }

  async #run(): Promise<void> {
    const { timeoutMs, onDiagnosis, clock } = this.#settings;
    const diagnosis = await diagnose(this.#resilience, { depth: 'short', timeoutMs, clock });
    if (this.#isDetached) return;
    this.#last = diagnosis;
    const [first] = diagnosis.findings;
    const isOver = this.#resilience.snapshot().status === 'up';
    this.#finding = isOver || first?.severity === 'info' ? undefined : first;
    try {
      onDiagnosis?.(diagnosis);
    } catch {
      // The error comes from the application's callback, and must not break the doctor.
    }
  }

  #forget(): void {
    this.#finding = undefined;
  }

  // Makes `resilience.snapshot()` include the finding, and returns a function that undoes this. The method `snapshot`
  // is replaced, because core has no hook for adding to the snapshot.
  #joinSnapshot(): () => void {
    const target: { snapshot: () => RedisSnapshot } = this.#resilience;
    const original = target.snapshot;
    target.snapshot = () => {
      const plain = original.call(target);
      if (this.#finding === undefined || plain.cause === undefined) return plain;
      const known = this.#explained.get(plain);
      if (known !== undefined) return known;
      const explained = explainedSnapshot(plain, plain.cause, this.#finding);
      this.#explained.set(plain, explained);
      return explained;
    };
    return () => {
      target.snapshot = original;
    };
  }
}
