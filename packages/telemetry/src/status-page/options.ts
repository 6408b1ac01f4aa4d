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

/** Options of the status page. The options are the same for every framework. */
export interface StatusPageOptions {
  /**
   * The connection to show. Default: the connections that a guard such as `redisGuard()` uses when the page is first
   * opened; if there is no guard, every open connection; if none is open, `defaultRedisResilience()`.
   */
  readonly resilience?: RedisResilience;
  /** Several connections to show, instead of `resilience`. Each connection needs a unique name. Default: none. */
  readonly resiliences?: readonly RedisResilience[];
  /** The path of the page. Default `/redis-status`. */
  readonly path?: string;
  /**
   * Whether the page is served. If false, requests for the page are passed on to the application. Default:
   * `true` only where `NODE_ENV` is `development`.
   */
  readonly enabled?: boolean;
  /** The name in the heading of the page. Default `Redis`. */
  readonly title?: string;
  /**
   * Decides whether the sender of a request may use the buttons, which reconnect, take Redis out of use, or
   * switch to another database. Called when a page starts to receive events, and again for each action.
   * Counts as "no" if the function throws, takes longer than 5 s, or would have to run while 20 other calls
   * are running. Default: nobody may use the buttons, so the page has none.
   */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
  /**
   * More host names under which the buttons work, without ports. The buttons always work under `localhost`
   * and IP addresses. The buttons do not work under any other name, because an attacker could make such a
   * name resolve to this application. Default: none.
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
