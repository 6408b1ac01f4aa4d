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
  /** Time limit of the whole diagnosis in milliseconds. Default 5,000, at least 50. */
  readonly timeoutMs?: number;
  /**
   * `short` stops as soon as it is known whether Redis serves commands. A `short` diagnosis measures no round trips,
   * and reads neither the log of slow commands nor the list of clients. Default `full`.
   */
  readonly depth?: 'short' | 'full';
  /**
   * Authority, certificate and key for a target that is a `rediss://` URL. For all other targets, this option is
   * ignored, because ioredis options and clients contain TLS options of their own. Default: none.
   */
  readonly tls?: TlsOptions;
  /**
   * The role that the server should have; `any` means that a replica is acceptable. Default: the role that the client
   * or RedisResilience expects, otherwise `primary`.
   */
  readonly role?: 'primary' | 'any';
  /**
   * URL of the health endpoint of a running application. With `app`, the findings also say whether the application and
   * the doctor agree about Redis. Default: none.
   */
  readonly app?: string;
  /** Whether to inspect the processes and logs of this host if the target runs on it. Default `true`. */
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

// Checks the URL of a health endpoint. The error does not show the URL, because it may contain a password.
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
