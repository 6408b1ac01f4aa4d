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
   * The connection to show. Default: the connections of the process's `redisGuard()`s; if there are none, every
   * connection that is open when the page is first requested; if there are none, `defaultRedisResilience()`.
   */
  readonly resilience?: RedisResilience;
  /** Several connections to show, instead of `resilience`. Each needs a unique name. Default: none. */
  readonly resiliences?: readonly RedisResilience[];
  /** The path of the page. Default `/redis-status`. */
  readonly path?: string;
  /**
   * Whether the page is served; if it is not, every request goes through. Default: only where `NODE_ENV` is
   * `development`.
   */
  readonly enabled?: boolean;
  /** The name in the heading. Default `Redis`. */
  readonly title?: string;
  /**
   * Whether the sender of a request may use the buttons, which reconnect, take Redis out of use, or switch to another
   * database. Called when a page opens its stream and again for each action. An error counts as `false`, and so does a
   * result that takes longer than 5 s, or a call while 20 others are in progress. Default: nobody may, and the page has
   * no buttons.
   */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /**
   * The host names under which the buttons work, without ports: under any other name, the page could be controlled by
   * an attacker. Default: `localhost` and IP addresses.
   */
  readonly hosts?: readonly string[];
  /** Maximum number of pages that may be open at the same time. Default 20. */
  readonly maxWatchers?: number;
}

/**
 * Checks the options of the status page.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
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
