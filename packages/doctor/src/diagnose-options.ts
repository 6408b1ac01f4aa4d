import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { ConfigurationError, systemClock, type Clock } from '@redis-resilience/core';
import {
  booleanOf,
  checkOptions,
  clockOf,
  durationOf,
  invalid,
  oneOf,
  withDefaults,
  type OptionReader,
  type OptionReaders,
} from '@redis-resilience/core/kit';

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** Limit of the whole walk in milliseconds. Default 5,000, at least 50. */
  readonly timeoutMs?: number;
  /**
   * `short` ends as soon as it is known whether Redis serves commands, without measurements or the log of slow
   * commands. Default `full`.
   */
  readonly depth?: 'short' | 'full';
  /** Authority, certificate and key for a `rediss://` URL; ioredis options and clients contain their own. Default: none. */
  readonly tls?: TlsOptions;
  /**
   * Expected role of the endpoint. Default: the role that the client or RedisResilience expects, otherwise `primary`.
   */
  readonly role?: 'primary' | 'any';
  /** URL of the health endpoint of a running application, to compare its view with the doctor's. Default: none. */
  readonly app?: string;
  /** Whether to inspect processes and logs when the target is on this host. Default `true`. */
  readonly host?: boolean;
  /** Source of time, for tests. */
  readonly clock?: Clock;
}

const defaults: Required<Pick<DiagnoseOptions, 'timeoutMs' | 'depth' | 'host' | 'clock'>> = {
  timeoutMs: 5000,
  depth: 'full',
  host: true,
  clock: systemClock,
};

/** Returns the options with their defaults. @throws ConfigurationError for an unknown option or an invalid value */
export function resolveDiagnoseOptions(options: DiagnoseOptions) {
  return withDefaults(defaults, checkOptions('diagnose', options, readers));
}

const tlsOf: OptionReader = (value, path) => {
  if (typeof value !== 'object' || value === null) throw invalid(path, value, 'an object of TLS options');
};

// Checks the URL of a health endpoint. Errors do not show the URL, because it may contain a password.
const healthUrlOf: OptionReader = (value, path) => {
  if (typeof value !== 'string' || !URL.canParse(value) || !/^https?:/.test(value)) {
    throw new ConfigurationError(`The option ${path} must be the http:// URL of a health endpoint.`);
  }
};

const readers: OptionReaders<DiagnoseOptions> = {
  timeoutMs: durationOf(50),
  depth: oneOf('short', 'full'),
  tls: tlsOf,
  role: oneOf('primary', 'any'),
  app: healthUrlOf,
  host: booleanOf,
  clock: clockOf,
};
