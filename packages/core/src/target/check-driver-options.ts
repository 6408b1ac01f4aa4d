import { ConfigurationError } from '../errors.ts';
import { resilienceOptionNames } from '../options/settings.ts';
import { nearest, unknownOption } from '../options/validate-options.ts';
import { clusterOptionNames, redisOptionNames, sentinelOptionNames } from '../ioredis/known-options.ts';

/**
 * Refuses an option that the driver does not know: it would be passed over in silence, and a misspelt `host` would lead
 * to localhost.
 *
 * @throws ConfigurationError that names the option, and the nearest right one or the place where it belongs
 */
export function checkDriverOptions(kind: keyof typeof names, options: object, path: string): void {
  const known = names[kind];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    if (resilienceOptionNames.includes(name)) {
      throw new ConfigurationError(
        `The option ${path}.${name} is none of the driver's. Write it in the second argument: ` +
          `createRedisResilience(target, { ${name} }).`,
      );
    }
    const { message } = unknownOption(`${path}.${name}`, otherNames[name] ?? nearest(name, known));
    throw new ConfigurationError(
      `${message} An option of a class of your own: protect(new YourRedis(options)).`,
    );
  }
  const { redisOptions, sentinels } = options as { redisOptions?: object; sentinels?: readonly object[] };
  if (redisOptions) checkDriverOptions('redis', redisOptions, `${path}.redisOptions`);
  for (const sentinel of sentinels ?? []) checkDriverOptions('sentinel', sentinel, `${path}.sentinels`);
}

const names = { redis: redisOptionNames, cluster: clusterOptionNames, sentinel: sentinelOptionNames };

/** What other libraries call an option. */
const otherNames: Readonly<Record<string, string>> = {
  database: 'db',
  hostname: 'host',
  pass: 'password',
  socket: 'host',
  ssl: 'tls',
  user: 'username',
};
