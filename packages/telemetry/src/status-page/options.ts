import type { IncomingMessage } from 'node:http';
import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { checkAdapterOptions, optionReaders, type OptionReaders } from '@redis-resilience/core/http';

/** Options of the status page, in every framework. */
export interface StatusPageOptions {
  /** Default: `defaultRedisResilience()`. */
  readonly resilience?: RedisResilience;
  /** Several connections, in place of `resilience`. */
  readonly resiliences?: readonly RedisResilience[];
  /** Where the page lives. Default `/redis-status`. */
  readonly path?: string;
  /** Default: unless `NODE_ENV` is `production`. Off, every request passes. */
  readonly enabled?: boolean;
  /** What the page is called. Default `Redis`. */
  readonly title?: string;
  /**
   * Says who may use the buttons `Reconnect` and `Take out of use`. Default: nobody, and there are no buttons. It is
   * asked when a page opens its stream, and again at each use; what it throws means no.
   */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /** Pages that may be open at once. Default 20. */
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
