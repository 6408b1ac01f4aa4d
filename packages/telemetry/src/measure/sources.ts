import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { ConnectionMeter } from './connection-meter.ts';

/** A cache of `@redis-resilience/fallback`, or any other object with the same method. */
export interface CacheSource {
  stats(): CacheNumbers;
}

/** The totals that {@link CacheSource.stats} returns. */
export interface CacheNumbers {
  readonly hits: number;
  readonly misses: number;
  /** Lookups for which Redis was unavailable. */
  readonly away: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Lookups that returned a stale copy, which may have been out of date. */
  readonly stale: number;
  readonly fallbacks: number;
  /** Loads that were not started, because too many were running or queued. */
  readonly shed?: number;
  readonly loading: number;
  readonly queued: number;
  readonly localBytes: number;
}

/** An outbox of `@redis-resilience/fallback`, or any other object with the same properties. */
export interface OutboxSource {
  readonly size: number;
  readonly bytes: number;
}

/** The parts of an application that are measured: each `RedisResilience`, and the caches and outboxes by name. */
export interface SourceOptions {
  readonly resiliences: readonly RedisResilience[];
  readonly caches: Readonly<Record<string, CacheSource>>;
  readonly outboxes: Readonly<Record<string, OutboxSource>>;
}

/** The connections, caches and outboxes that instruments read. */
export class Sources {
  readonly connections: readonly ConnectionMeter[];
  readonly caches: Readonly<Record<string, CacheSource>>;
  readonly outboxes: Readonly<Record<string, OutboxSource>>;

  /** Starts counting the events of the connections. @throws {@link ConfigurationError} when two have the same name */
  constructor({ resiliences, caches, outboxes }: SourceOptions) {
    checkNames(resiliences);
    this.connections = resiliences.map((resilience) => new ConnectionMeter(resilience));
    this.caches = { ...caches };
    this.outboxes = { ...outboxes };
  }

  close(): void {
    for (const meter of this.connections) meter.close();
  }
}

function checkNames(resiliences: readonly RedisResilience[]): void {
  const seen = new Set<string>();
  for (const { name } of resiliences) {
    if (seen.has(name)) {
      throw new ConfigurationError(
        `Two connections are named '${name}': their metrics could not be told apart. Give each a name of its own, ` +
          `for example createRedisResilience(url, { name: 'sessions' }).`,
      );
    }
    seen.add(name);
  }
}
