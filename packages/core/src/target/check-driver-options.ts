import { ConfigurationError } from '../errors.ts';
import { resilienceOptionNames } from '../options/settings.ts';
import { nearest, unknownOption } from '../options/validate-options.ts';
import {
  clusterOptionNames,
  redisOptionFates,
  redisOptionNames,
  sentinelOptionNames,
} from '../ioredis/known-options.ts';

/**
 * Rejects options that ioredis does not know. ioredis would silently ignore them; with a misspelt `host`, for example,
 * it would connect to localhost.
 *
 * @throws ConfigurationError that names the option, and either the nearest known name or the place where the option
 *   belongs
 */
export function checkDriverOptions(kind: keyof typeof names, options: object, path: string): void {
  const known = names[kind];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    refuseHarmful(kind, name, value, path);
    refuseUnusable(name, value, path);
    if (known.includes(name)) continue;
    if (resilienceOptionNames.includes(name)) {
      throw new ConfigurationError(
        `The option ${path}.${name} is not an option of ioredis. Write it in the second argument: ` +
          `createRedisResilience(target, { ${name} }).`,
      );
    }
    const { message } = unknownOption(`${path}.${name}`, otherNames[name] ?? nearest(name, known));
    throw new ConfigurationError(
      `${message} For an option of your own subclass, write protect(new YourRedis(options)).`,
    );
  }
  const { redisOptions, sentinels } = options as { redisOptions?: object; sentinels?: readonly object[] };
  if (redisOptions) checkDriverOptions('redis', redisOptions, `${path}.redisOptions`);
  for (const sentinel of sentinels ?? []) checkDriverOptions('sentinel', sentinel, `${path}.sentinels`);
}

/** Rejects an option that cannot be honoured and has no replacement. */
function refuseHarmful(kind: keyof typeof names, name: string, value: unknown, path: string): void {
  const fate = kind === 'redis' ? redisOptionFates[name] : undefined;
  if (fate?.kind !== 'refused' || value === null) return;
  throw new ConfigurationError(`The option ${path}.${name} cannot be kept: ${fate.note}. Leave it out.`);
}

/** Rejects a host that cannot be resolved, and whose failure would not say why. */
function refuseUnusable(name: string, value: unknown, path: string): void {
  if (name === 'host' && typeof value === 'string' && /^\[.*\]$/.test(value)) {
    throw new ConfigurationError(
      `The option ${path}.host has brackets. Write the IPv6 address without brackets.`,
    );
  }
}

const names = { redis: redisOptionNames, cluster: clusterOptionNames, sentinel: sentinelOptionNames };

/** Option names of other libraries, with the names to use instead. */
const otherNames: Readonly<Record<string, string>> = {
  database: 'db',
  hostname: 'host',
  nodes: 'cluster',
  pass: 'password',
  rootNodes: 'cluster',
  socket: 'host',
  ssl: 'tls',
  user: 'username',
};
