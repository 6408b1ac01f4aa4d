import type { Cache } from '@redis-resilience/fallback/cache';
import type { Findings } from '../watch/findings.ts';
import type { Calls } from './calls.ts';

const keys = 4;
/** Duration of one load from the source, in milliseconds. */
const loadMs = 15;

/** Reads through a cache while its source changes; each change also invalidates the cached value. */
export class CachedReads {
  readonly #cache: Cache;
  readonly #calls: Calls;
  readonly #findings: Findings;
  readonly #random: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  /** The current version of each value in the source. */
  readonly #versions = new Map<string, number>();

  constructor(
    cache: Cache,
    calls: Calls,
    findings: Findings,
    random: () => number,
    wait: (ms: number) => Promise<void>,
  ) {
    this.#cache = cache;
    this.#calls = calls;
    this.#findings = findings;
    this.#random = random;
    this.#wait = wait;
  }

  read(withinMs: number): void {
    const key = this.#key();
    const least = this.#versionOf(key);
    const load = async (): Promise<number> => {
      const version = this.#versionOf(key);
      await this.#wait(loadMs);
      return version;
    };
    const promised = { withinMs: withinMs + loadMs, neverFails: true };
    void this.#calls
      .issue('cache', promised, () => this.#cache.getOrLoad(key, load))
      .then((version) => {
        if (version === undefined || version >= least) return;
        this.#findings.add('history', `the cache gave version ${version} of ${key}, invalidated by ${least}`);
      });
  }

  write(withinMs: number): void {
    const key = this.#key();
    this.#versions.set(key, this.#versionOf(key) + 1);
    const promised = { withinMs, neverFails: true };
    void this.#calls.issue('invalidate', promised, () => this.#cache.invalidate(key));
  }

  #key(): string {
    return `entry-${Math.floor(this.#random() * keys)}`;
  }

  #versionOf(key: string): number {
    return this.#versions.get(key) ?? 1;
  }
}
