import { systemClock, type Clock, type RedisResilience } from '@redis-resilience/core';
import { checkAdapterOptions } from '@redis-resilience/core/http';
import { tooLate, withinDeadline } from '../deadline.ts';
import { EventHub, type ListenerError } from '../event-hub.ts';
import { isAway } from '../is-away.ts';
import { mayRead } from '../may-use.ts';
import {
  checkResilience,
  flag,
  milliseconds,
  objectWith,
  text,
  timeReaders,
  withDefaults,
} from '../option-readers.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { redisSource, type Source } from './source.ts';

/** Options of {@link createChain}. */
export interface ChainOptions {
  /** Put before every key in Redis. Default none. */
  readonly prefix?: string;
  /** How long to wait for each source, in milliseconds. Default 200. */
  readonly timeoutMs?: number;
  /** Whether what Redis answers is written to the other sources, for the next outage. Default true. */
  readonly mirror?: boolean;
  /** Keeps writes made while Redis is away. Default: `set` fails then. */
  readonly outbox?: Outbox;
  readonly clock?: Clock;
}

/** An answer, and where it came from. */
export interface ChainAnswer {
  readonly value: string;
  /** `redis`, or the name of the source. */
  readonly source: string;
  /** Redis could not be asked: the value may be out of date. */
  readonly stale: boolean;
}

/** Every event of a chain. */
export interface ChainEvents {
  /** A source failed; the next one was asked. */
  readonly 'source-error': { readonly source: string; readonly error: unknown };
  readonly 'listener-error': ListenerError;
}

/** Redis first, then the other sources in their order. */
export interface Chain {
  /** The value; undefined when no source has it. Never fails: a source that does is passed over. */
  get(key: string): Promise<string | undefined>;
  /** As `get`, and says where the value came from. */
  lookup(key: string): Promise<ChainAnswer | undefined>;
  /** Writes to Redis, or the outbox, and to every source that takes writes. @throws when Redis, and the outbox, did not take it */
  set(key: string, value: string): Promise<void>;
  on<E extends keyof ChainEvents>(event: E, listener: (payload: ChainEvents[E]) => void): () => void;
}

/**
 * Reads through Redis, then through other sources: another Redis, a file, a map. For translations, feature flags and
 * settings, where yesterday's answer is better than none.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * const flags = createChain(resilience, [fileSource('./flags.json'), mapSource(defaults)], { prefix: 'flag:' });
 * const isOn = (await flags.get('new-checkout')) === 'on';
 */
export function createChain(
  resilience: RedisResilience,
  sources: readonly Source[],
  options: ChainOptions = {},
): Chain {
  checkResilience('createChain', resilience);
  for (const source of sources) objectWith('get')(source, 'createChain.sources');
  checkAdapterOptions<ChainOptions>('createChain', options, {
    prefix: text,
    timeoutMs: milliseconds(1),
    mirror: flag,
    outbox: objectWith('add', 'drain'),
    clock: timeReaders.clock,
  });
  const defaults = { prefix: '', timeoutMs: 200, mirror: true, clock: systemClock };
  const { prefix, timeoutMs, mirror, outbox, clock } = withDefaults(defaults, options);
  const events = new EventHub<ChainEvents>();
  const first = redisSource(resilience.client, { prefix });

  const bounded = <T>(source: Source, answer: Promise<T>): Promise<T> =>
    withinDeadline(clock, timeoutMs, answer, () => tooLate(`The source ${source.name}`, timeoutMs));

  const ask = async (source: Source, key: string): Promise<{ value: string | undefined } | undefined> => {
    try {
      return { value: await bounded(source, source.get(key)) };
    } catch (error) {
      if (source !== first || !isAway(error)) events.emit('source-error', { source: source.name, error });
      return undefined;
    }
  };

  const writeToOthers = async (key: string, value: string): Promise<void> => {
    await Promise.all(
      sources.map(async (source) => {
        try {
          await source.set?.(key, value);
        } catch (error) {
          events.emit('source-error', { source: source.name, error });
        }
      }),
    );
  };

  const lookup = async (key: string): Promise<ChainAnswer | undefined> => {
    const asked = mayRead(resilience) ? await ask(first, key) : undefined;
    if (asked?.value !== undefined) {
      if (mirror) void writeToOthers(key, asked.value);
      return { value: asked.value, source: 'redis', stale: false };
    }
    for (const source of sources) {
      const answer = await ask(source, key);
      if (answer?.value !== undefined) {
        return { value: answer.value, source: source.name, stale: asked === undefined };
      }
    }
    return undefined;
  };

  return {
    lookup,
    get: async (key) => (await lookup(key))?.value,
    async set(key, value) {
      if (outbox !== undefined) await outbox.add('set', [prefix + key, value]);
      else await bounded(first, resilience.client.set(prefix + key, value));
      await writeToOthers(key, value);
    },
    on: (event, listener) => events.on(event, listener),
  };
}
