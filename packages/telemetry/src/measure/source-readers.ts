import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import {
  checkOptions,
  invalid,
  resiliencesOf,
  type OptionReader,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import type { CacheSource, OutboxSource } from './sources.ts';

/** A connection, or several: each keeps its name as a label. */
export type Measured = RedisResilience | readonly RedisResilience[];

/** What can be measured beside connections. */
export interface FallbackOptions {
  /** Caches of `@redis-resilience/fallback`, by the name of their label. */
  readonly caches?: Readonly<Record<string, CacheSource>>;
  /** Outboxes of `@redis-resilience/fallback`, by the name of their label. */
  readonly outboxes?: Readonly<Record<string, OutboxSource>>;
}

/** Readers of {@link FallbackOptions}. */
export const fallbackReaders: OptionReaders<FallbackOptions> = {
  caches: objectsWith('stats', 'function', 'caches by name, each with stats()'),
  outboxes: objectsWith('size', 'number', 'outboxes by name, each with size and bytes'),
};

/**
 * Checks what is to be measured, and gives it as a list.
 *
 * @throws {@link ConfigurationError} when it is not one resilience or a list of them
 */
export function resiliencesToMeasure(caller: string, measured: Measured): readonly RedisResilience[] {
  const resiliences = Array.isArray(measured) ? (measured as readonly RedisResilience[]) : [measured];
  checkOptions(caller, { resiliences }, { resiliences: resiliencesOf });
  if (resiliences.length === 0) throw new ConfigurationError(`${caller} needs at least one connection.`);
  return resiliences as readonly RedisResilience[];
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
