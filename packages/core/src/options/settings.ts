import type { CircuitSettings } from './circuit-settings.ts';
import { circuitDefaults } from './circuit-settings.ts';
import { systemClock, systemRandom, type Clock, type Random } from '../clock.ts';
import { processWarnings, silence, type Logger } from './logger.ts';
import type {
  AdmissionOptions,
  ConnectionOptions,
  FailbackOptions,
  FailoverOptions,
  PoolOptions,
  ResilienceOptions,
  RetryOptions,
} from './options.ts';
import { ConfigurationError } from '../errors.ts';
import {
  booleanOf,
  clockOf,
  countOf,
  credentialsOf,
  durationOf,
  lifetimeOf,
  durationOrFalseOf,
  functionOf,
  loggerOf,
  nameOf,
  oneOf,
  ratioOf,
} from './option-readers.ts';
import { refuseMisplacedOptions, refuseSwitches, refuseTargetInConnection } from './misplaced-options.ts';
import { checkKeys, objectOf, withDefaults, type OptionReader } from './validate-options.ts';

/** The validated options, with every default filled in. */
export interface Settings {
  readonly name: string;
  readonly timeoutMs: number;
  readonly slowCommandMs: number;
  readonly admission: Readonly<Required<AdmissionOptions>>;
  readonly circuit: CircuitSettings;
  readonly retry: Readonly<Required<RetryOptions>>;
  readonly connection: Readonly<Required<Omit<ConnectionOptions, 'credentials'>>> & {
    readonly credentials: ConnectionOptions['credentials'] | undefined;
  };
  readonly pool: Readonly<Required<PoolOptions>>;
  readonly failover: Readonly<Required<FailoverOptions>>;
  readonly failback: Readonly<Required<FailbackOptions>>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** The default of every option. */
export const defaults: Settings = {
  name: 'default',
  timeoutMs: 1000,
  slowCommandMs: 100,
  admission: {
    maxWaitMs: 250,
    patience: 'verdict',
    maxWaiting: 10_000,
    maxWaitingBytes: 16 * 1024 * 1024,
    maxInFlight: 100_000,
  },
  circuit: circuitDefaults,
  retry: {
    maxRetries: 5,
    budgetTokens: 100,
    rememberMs: 24 * 60 * 60 * 1000,
    scans: 'begin-again',
    categories: {},
  },
  connection: {
    minPeriodMs: 100,
    maxPeriodMs: 5000,
    handshakeTimeoutMs: 5000,
    idlePingMs: 5000,
    minStallMs: 200,
    maxStallMs: 2000,
    integrity: 'idle',
    maxReplyBytes: 512 * 1024 * 1024,
    keepAliveMs: 10_000,
    role: 'primary',
    credentials: undefined,
    credentialsTimeoutMs: 5000,
  },
  pool: { max: 10, min: 0, idleMs: 30_000, maxWaiting: 1000, maxLeaseMs: 30_000, revoke: false },
  failover: { afterMs: 150, openMs: 5000 },
  failback: { afterMs: 60_000 },
  logger: processWarnings,
  clock: systemClock,
  random: systemRandom,
};

const readers: Readonly<Record<keyof ResilienceOptions, OptionReader>> = {
  name: nameOf,
  timeoutMs: durationOf(1),
  slowCommandMs: durationOf(0),
  admission: objectOf({
    maxWaitMs: durationOf(0),
    patience: oneOf('verdict', 'deadline'),
    maxWaiting: countOf(0),
    maxWaitingBytes: countOf(0),
    maxInFlight: countOf(1),
  }),
  circuit: objectOf({
    mode: oneOf('enforce', 'observe', 'off'),
    failureRatio: ratioOf,
    slowRatio: ratioOf,
    slowMs: durationOf(1),
    minCalls: countOf(1),
    maxConsecutiveFailures: countOf(1),
    windowMs: durationOf(10),
    openMs: durationOf(1),
    maxOpenMs: durationOf(1),
    trials: countOf(1),
  }),
  retry: objectOf({
    maxRetries: countOf(0),
    budgetTokens: countOf(0),
    rememberMs: lifetimeOf(1000),
    scans: oneOf('begin-again', 'fail'),
    categories: objectOf(
      undefined,
      oneOf('read', 'write-checked', 'write-last-wins', 'write-accumulating', 'admin', 'never'),
    ),
  }),
  connection: objectOf({
    minPeriodMs: durationOf(10),
    maxPeriodMs: durationOf(10),
    handshakeTimeoutMs: durationOf(10),
    idlePingMs: durationOf(10),
    minStallMs: durationOf(10),
    maxStallMs: durationOf(10),
    integrity: oneOf('idle', 'load', 'off'),
    maxReplyBytes: countOf(64 * 1024),
    keepAliveMs: durationOf(0),
    role: oneOf('primary', 'any'),
    credentials: credentialsOf,
    credentialsTimeoutMs: durationOf(1),
  }),
  pool: objectOf({
    max: countOf(1, 10_000),
    min: countOf(0, 10_000),
    idleMs: durationOf(1),
    maxWaiting: countOf(0),
    maxLeaseMs: durationOf(1),
    revoke: booleanOf,
  }),
  failover: objectOf({ afterMs: durationOf(0), openMs: durationOf(0) }),
  failback: objectOf({ afterMs: durationOrFalseOf(0) }),
  logger: loggerOf,
  clock: clockOf,
  random: functionOf,
};

/**
 * Names of the options of `createRedisResilience`, for adapters that accept them together with options of their own.
 */
export const resilienceOptionNames: readonly string[] = Object.keys(readers);

/**
 * Validates options and fills in the defaults.
 *
 * @throws {@link ConfigurationError} that names the option, the given value (never a credential) and the allowed values
 */
export function resolveSettings(options: ResilienceOptions = noOptions): Settings {
  if (options !== noOptions) return resolved(options);
  return (defaultSettings ??= resolved(noOptions));
}

/** Takes the place of options that were not given, so that all callers without options share one `Settings` object. */
export const noOptions: ResilienceOptions = Object.freeze({});
let defaultSettings: Settings | undefined;

function resolved(options: ResilienceOptions): Settings {
  if (typeof options === 'object' && options !== null) {
    refuseMisplacedOptions(options, readers, defaults);
    refuseTargetInConnection(options.connection);
    refuseSwitches(options);
  }
  checkKeys(options, readers, 'options');
  const connection = withDefaults(defaults.connection, options.connection);
  return Object.freeze({
    name: options.name ?? defaults.name,
    timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
    slowCommandMs: options.slowCommandMs ?? defaults.slowCommandMs,
    admission: withDefaults(defaults.admission, options.admission),
    circuit: withDefaults(defaults.circuit, options.circuit),
    retry: withDefaults(defaults.retry, options.retry),
    connection:
      connection.maxPeriodMs >= connection.minPeriodMs
        ? connection
        : Object.freeze({ ...connection, maxPeriodMs: connection.minPeriodMs }),
    pool: poolOf(options.pool),
    failover: withDefaults(defaults.failover, options.failover),
    failback: withDefaults(defaults.failback, options.failback),
    logger: options.logger === false ? silence : (options.logger ?? defaults.logger),
    clock: options.clock ?? defaults.clock,
    random: options.random ?? defaults.random,
  });
}

function poolOf(given: PoolOptions | undefined): Settings['pool'] {
  const pool = withDefaults(defaults.pool, given);
  if (pool.min > pool.max) {
    throw new ConfigurationError(
      `The option options.pool.min must not be above options.pool.max; given: ${pool.min} and ${pool.max}.`,
    );
  }
  return pool;
}
