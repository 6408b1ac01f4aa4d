import type { IncomingMessage } from 'node:http';
import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { checkAdapterOptions, optionReaders, type OptionReaders } from '@redis-resilience/core/http';

/** Options of the status page, the same in every framework. */
export interface StatusPageOptions {
  /** The connection to show. Default: `defaultRedisResilience()`. */
  readonly resilience?: RedisResilience;
  /** Several connections to show, in place of `resilience`. Each needs a name of its own. */
  readonly resiliences?: readonly RedisResilience[];
  /** The path of the page. Default `/redis-status`. */
  readonly path?: string;
  /** Whether the page exists; without it every request passes. Default: `true` unless `NODE_ENV` is `production`. */
  readonly enabled?: boolean;
  /** The name in the heading. Default `Redis`. */
  readonly title?: string;
  /**
   * Whether the sender of a request may use the buttons, which reconnect and take Redis out of use. It is called when a
   * page opens its stream and again for each action; an error counts as `false`. Default: no one may, and the page has
   * no buttons.
   */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /** How many pages may be open at once. Default 20. */
  readonly maxWatchers?: number;
}

/**
 * Checks the options of the status page.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 */
export function checkStatusPageOptions(caller: string, options: StatusPageOptions): StatusPageOptions {
  return checkAdapterOptions(caller, options, readers);
}

const readers: OptionReaders<StatusPageOptions> = {
  resilience: optionReaders.resilience,
  resiliences: optionReaders.resiliences,
  enabled: optionReaders.flag,
  title: optionReaders.name,
  path: (value, path) => {
    if (typeof value !== 'string' || !/^(\/[\w.~-]+)+$/.test(value)) {
      throw new ConfigurationError(`The option ${path} must be a path such as '/redis-status'.`);
    }
  },
  authorize: (value, path) => {
    if (typeof value !== 'function') throw new ConfigurationError(`The option ${path} must be a function.`);
  },
  maxWatchers: (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new ConfigurationError(`The option ${path} must be a whole number of at least 1.`);
    }
  },
};
