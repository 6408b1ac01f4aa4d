import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import {
  invalid,
  resilienceOf,
  resiliencesOf,
  type OptionReader,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import type { CacheSource, OutboxSource } from './sources.ts';

/** The connection or connections to measure. Each metric has the name of its connection as a label. */
export type Measured = RedisResilience | readonly RedisResilience[];

/** Options that name the caches and outboxes to measure. */
export interface FallbackOptions {
  /** Caches of `@redis-resilience/fallback`, by the name that the label `cache` shows. Default: none. */
  readonly caches?: Readonly<Record<string, CacheSource>>;
  /** Outboxes of `@redis-resilience/fallback`, by the name that the label `outbox` shows. Default: none. */
  readonly outboxes?: Readonly<Record<string, OutboxSource>>;
}

/** Checks the values of {@link FallbackOptions}. */
export const fallbackReaders: OptionReaders<FallbackOptions> = {
  caches: objectsWith('stats', 'function', 'caches by name, each with stats()'),
  outboxes: objectsWith('size', 'number', 'outboxes by name, each with size and bytes'),
};

/**
 * Checks the connections to measure, and returns them as an array.
 *
 * @throws {@link ConfigurationError} when the argument is not a RedisResilience or an array of them
 */
export function resiliencesToMeasure(caller: string, measured: Measured): readonly RedisResilience[] {
  if (!Array.isArray(measured)) {
    resilienceOf(measured, `${caller}.resilience`);
    return [measured as RedisResilience];
  }
  resiliencesOf(measured, `${caller}.resiliences`);
  if (measured.length === 0) throw new ConfigurationError(`${caller} needs at least one connection.`);
  return measured as readonly RedisResilience[];
}

function objectsWith(property: string, type: 'function' | 'number', allowed: string): OptionReader {
  return (value, path) => {
    const entries: unknown = typeof value === 'object' && value !== null ? Object.values(value) : undefined;
    const isRight =
      Array.isArray(entries) &&
      entries.every(
        (entry: unknown) => typeof (entry as Record<string, unknown> | null)?.[property] === type,
      );
    if (!isRight) throw invalid(path, value, allowed);
  };
}
