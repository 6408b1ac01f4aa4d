import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { ConnectionMeter } from './connection-meter.ts';

/** What a cache of `@redis-resilience/fallback` tells of itself; any object of this shape will do. */
export interface CacheSource {
  stats(): CacheNumbers;
}

export interface CacheNumbers {
  readonly hits: number;
  readonly misses: number;
  /** Lookups that found Redis away. */
  readonly away: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Answers that may be out of date. */
  readonly stale: number;
  readonly fallbacks: number;
  /** Loads that did not get their turn. */
  readonly shed?: number;
  readonly loading: number;
  readonly queued: number;
  readonly localBytes: number;
}

/** What an outbox of `@redis-resilience/fallback` tells of itself; any object of this shape will do. */
export interface OutboxSource {
  readonly size: number;
  readonly bytes: number;
}

/** Everything that is measured, by name. */
export interface SourceOptions {
  readonly resiliences: readonly RedisResilience[];
  readonly caches: Readonly<Record<string, CacheSource>>;
  readonly outboxes: Readonly<Record<string, OutboxSource>>;
}

/** The measured parts of a process: its connections, caches and outboxes. */
export class Sources {
  readonly connections: readonly ConnectionMeter[];
  readonly caches: Readonly<Record<string, CacheSource>>;
  readonly outboxes: Readonly<Record<string, OutboxSource>>;

  /** Begins to count. @throws {@link ConfigurationError} when two connections have one name; nothing counts then */
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
