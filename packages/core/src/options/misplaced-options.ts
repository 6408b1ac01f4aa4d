import { ConfigurationError } from '../errors.ts';

/** Options that say where to connect to, which belong to the first argument but are often passed among the options. */
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

/** Options of the ioredis client that are not options of a resilience. */
const clientOptionNames = [
  'family',
  'lazyConnect',
  'keyPrefix',
  'connectionName',
  'enableOfflineQueue',
  'retryStrategy',
];

/** Options that are often passed here by mistake, and what to write instead: another function or another name. */
const otherPlaces: Readonly<Record<string, string>> = {
  critical: 'Write redisHealth({ critical: true }).',
  budgetMs: 'Write redisGuard({ budgetMs }).',
  fallback: 'Write execute(operation, { fallback }).',
  maxRetriesPerRequest: 'Write { retry: { maxRetries } }.',
  commandTimeout: 'Write { timeoutMs }.',
};

/**
 * Rejects an option of `createRedisResilience` that exists, but in another place. `groups` maps all options to their
 * defaults; a default that is an object holds the options of a group, such as `keepAliveMs` of `connection`.
 *
 * @throws {@link ConfigurationError} with the line to write
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
