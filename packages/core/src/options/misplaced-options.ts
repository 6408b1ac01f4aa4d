import { ConfigurationError } from '../errors.ts';

/**
 * Names of options that determine where to connect, which belong in the first argument of `createRedisResilience` but
 * are often passed in the second.
 */
export const targetOptionNames: readonly string[] = [
  'host',
  'port',
  'path',
  'username',
  'password',
  'db',
  'tls',
  'sentinels',
];

/** Options of the ioredis client that are not options of `createRedisResilience`. */
const clientOptionNames = [
  'family',
  'lazyConnect',
  'keyPrefix',
  'connectionName',
  'enableOfflineQueue',
  'retryStrategy',
];

/** Options that are often passed to `createRedisResilience` by mistake, and what to write instead. */
const otherPlaces: Readonly<Record<string, string>> = {
  critical: 'Write redisHealth({ critical: true }).',
  budgetMs: 'Write redisGuard({ budgetMs }).',
  fallback: 'Write execute(operation, { fallback }).',
  maxRetriesPerRequest: 'Write { retry: { maxRetries } }.',
  commandTimeout: 'Write { timeoutMs }.',
};

/** For a group of options that was given as a switch or a number: what to write instead. */
const switches: Readonly<Record<string, (given: unknown) => string | undefined>> = {
  circuit: (given) => (given === false ? "{ circuit: { mode: 'off' } }" : undefined),
  retry: (given) =>
    given === false
      ? '{ retry: { maxRetries: 0 } }'
      : typeof given === 'number'
        ? '{ retry: { maxRetries } }'
        : undefined,
  failback: (given) => (given === false ? '{ failback: { afterMs: false } }' : undefined),
};

/**
 * Rejects a group of options that is switched off as a whole, as in `{ circuit: false }`.
 *
 * @throws {@link ConfigurationError} that says what to write instead
 */
export function refuseSwitches(options: object): void {
  for (const [name, given] of Object.entries(options)) {
    const meant = Object.hasOwn(switches, name) ? switches[name]?.(given) : undefined;
    if (meant === undefined) continue;
    throw new ConfigurationError(`The option options.${name} is a group of options. Write ${meant}.`);
  }
}

/** Rejects options in the group `connection` that determine where to connect. */
export function refuseTargetInConnection(connection: unknown): void {
  if (typeof connection !== 'object' || connection === null) return;
  const name = Object.keys(connection).find((each) => [...targetOptionNames, 'url'].includes(each));
  if (name === undefined) return;
  const target = name === 'url' ? 'url' : `{ ${name} }`;
  throw new ConfigurationError(
    `The option options.connection.${name} does not exist: connection is about how to connect, not where to. ` +
      `Write createRedisResilience(${target}, options).`,
  );
}

/**
 * Rejects an option of `createRedisResilience` that exists, but in another place. The keys of `known` are the names of
 * all options. `groups` contains the default of each option. The default of a group such as `connection` is an object
 * with the defaults of the options in the group, such as `keepAliveMs`.
 *
 * @throws {@link ConfigurationError} that says what to write instead
 */
export function refuseMisplacedOptions(options: object, known: object, groups: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = placeOf(name, groups);
    if (meant !== undefined)
      throw new ConfigurationError(`The option options.${name} does not exist. ${meant}`);
  }
}

function placeOf(name: string, groups: object): string | undefined {
  if (name === 'url') return 'Write createRedisResilience(url, options).';
  if (targetOptionNames.includes(name) || clientOptionNames.includes(name)) {
    return `It belongs to the first argument: createRedisResilience({ ${name} }, options).`;
  }
  if (Object.hasOwn(otherPlaces, name)) return otherPlaces[name];
  for (const [group, members] of Object.entries(groups)) {
    if (typeof members === 'object' && members !== null && Object.hasOwn(members, name))
      return `Write { ${group}: { ${name} } }.`;
  }
  return undefined;
}
