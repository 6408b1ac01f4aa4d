import type { IncomingMessage } from 'node:http';
import type { RedisResilience } from '@redis-resilience/core';
import {
  booleanOf,
  checkOptions,
  countOf,
  functionOf,
  invalid,
  nameOf,
  resilienceOf,
  resiliencesOf,
  type OptionReaders,
} from '@redis-resilience/core/kit';

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
  return checkOptions(caller, options, readers);
}

const readers: OptionReaders<StatusPageOptions> = {
  resilience: resilienceOf,
  resiliences: resiliencesOf,
  enabled: booleanOf,
  title: nameOf,
  path: (value, path) => {
    if (typeof value !== 'string' || !/^(\/[\w.~-]+)+$/.test(value)) {
      throw invalid(path, value, "a path such as '/redis-status'");
    }
  },
  authorize: functionOf,
  maxWatchers: countOf(1),
};
