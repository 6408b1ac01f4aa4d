import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { ConfigurationError, RedisUnavailableError } from '../errors.ts';
import type { DatabaseSwitch } from './database-switch.ts';

const proofMs = 2000;
const lookMs = 10;
const maxMs = 5000;

/**
 * Puts another database in use by hand: this one, or the best of the others. In peace where the one in use serves.
 * Resolves when calls pass on it.
 *
 * @throws {@link ConfigurationError} where there is no database of this name
 * @throws {@link RedisUnavailableError} when it does not answer, or calls in flight left no moment for the change
 */
export async function failOver(
  databases: DatabaseSwitch | undefined,
  { name: connection }: { readonly name: string },
  clock: Clock,
  name?: string,
): Promise<void> {
  if (databases === undefined) {
    throw new ConfigurationError(
      'This connection has one database only. Write createRedisResilience({ databases: [...] }).',
    );
  }
  const names = databases.reports().map((database) => database.name);
  if (name !== undefined && !names.includes(name)) {
    throw new ConfigurationError(`failover() takes the name of a database: ${names.join(', ')}.`);
  }
  const to = name ?? databases.bestOther;
  if (to === undefined || (to !== databases.inUse.name && !(await answers(databases, clock, to)))) {
    throw new RedisUnavailableError(
      'The database to go over to does not answer; the one in use stays. databases() says why.',
      { outcome: 'not-applied', connection },
    );
  }
  databases.ask(to);
  const endsAt = clock.now() + maxMs;
  while (databases.inUse.name !== to || !databases.isSettled) {
    if (clock.now() >= endsAt) {
      throw new RedisUnavailableError(
        'The database was not changed: calls in flight left no moment for it. Try again when there are fewer.',
        { outcome: 'not-applied', connection },
      );
    }
    await pause(clock, lookMs);
    if (databases.inUse.name !== to && databases.isSettled) databases.ask(to);
  }
}

async function answers(databases: DatabaseSwitch, clock: Clock, name: string): Promise<boolean> {
  const abort = new AbortController();
  const timer = clock.setTimeout(() => abort.abort(new Error('No answer in time.')), proofMs);
  return databases
    .prove(name, abort.signal)
    .then(
      () => true,
      () => false,
    )
    .finally(() => clock.clearTimeout(timer));
}
