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

/** Options of the status page, the same in every framework. */
export interface StatusPageOptions {
  /**
   * The connection to show. Default: those of the `redisGuard()`s of the process; without any, every resilience that is
   * open when the page is first requested; without any, `defaultRedisResilience()`.
   */
  readonly resilience?: RedisResilience;
  /** Several connections to show, in place of `resilience`. Each needs a name of its own. */
  readonly resiliences?: readonly RedisResilience[];
  /** The path of the page. Default `/redis-status`. */
  readonly path?: string;
  /** Whether the page exists; without it every request passes. Default: only where `NODE_ENV` is `development`. */
  readonly enabled?: boolean;
  /** The name in the heading. Default `Redis`. */
  readonly title?: string;
  /**
   * Whether the sender of a request may use the buttons, which reconnect, take Redis out of use and change the database.
   * It is called when a page opens its stream and again for each action; an error counts as `false`, and so does an answer
   * after 5 s, or a call while 20 others are being answered. Default: no one may, and the page has
   * no buttons.
   */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /**
   * The host names under which the buttons work, without ports: a page that another name leads to could be anybody's.
   * Default: `localhost` and addresses.
   */
  readonly hosts?: readonly string[];
  /** How many pages may be open at once. Default 20. */
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
  hosts: (value, path) => {
    if (!Array.isArray(value) || !value.every((host) => typeof host === 'string' && /^[\w.-]+$/.test(host))) {
      throw invalid(path, value, "a list of host names such as 'admin.example.com'");
    }
  },
  maxWatchers: countOf(1),
};
