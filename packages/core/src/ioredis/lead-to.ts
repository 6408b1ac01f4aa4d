import type { Credentials } from '../redis-resilience.ts';
import { internals, type Internals } from './internals.ts';
import { lazyRedis, type RedisOptions } from './clients.ts';
import { placeOptionNames } from './known-options.ts';

/** Returns a client's options with ioredis' defaults filled in, without opening a connection. */
export function completeOptions(options: RedisOptions): Readonly<Record<string, unknown>> {
  return internals(lazyRedis(options)).options;
}

/** Sets the options that determine where a client connects, also for a connection that is being made now. */
export function leadTo(target: Internals, options: Readonly<Record<string, unknown>>): void {
  for (const name of placeOptionNames) {
    if (options[name] === undefined) delete target.options[name];
    else target.options[name] = options[name];
  }
  const { username, password } = options;
  if (target.condition) target.condition.auth = username ? [username, password] : password;
}

/** Makes the client log in with these credentials from the next handshake on, even if it has already begun. */
export function logInWith(target: Internals, { username, password }: Credentials): void {
  target.options['username'] = username;
  target.options['password'] = password;
  if (target.condition) target.condition.auth = username ? [username, password] : password;
}
