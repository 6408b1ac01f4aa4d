import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import { ConfigurationError, RedisUnavailableError } from '../errors.ts';
import { weightOf } from '../options/option-readers.ts';
import type { DatabaseSwitch } from './database-switch.ts';

const proofMs = 2000;
const lookMs = 10;
const maxMs = 5000;

/**
 * Switches to the database with this name or, without a name, to the best of the other databases. If the database in
 * use is working, the switch is graceful: it is made when no call is in flight. Resolves when the new database serves
 * calls.
 *
 * @throws {@link ConfigurationError} if there is no database with this name
 * @throws {@link RedisUnavailableError} if the database does not answer, or if calls in flight prevented the switch
 */
export async function failOver(
  databases: DatabaseSwitch | undefined,
  { name: connection, clock }: { readonly name: string; readonly clock: Clock },
  name?: string,
): Promise<void> {
  const group = several(databases);
  if (name !== undefined) checkName('failover', group, name);
  const to = name ?? group.bestOther;
  if (to === undefined || (to !== group.inUse.name && !(await answers(group, clock, to)))) {
    throw new RedisUnavailableError(
      'The requested database does not answer, so the one in use was kept. databases() says why.',
      { outcome: 'not-applied', connection },
    );
  }
  const isNamed = name !== undefined;
  group.ask(to, isNamed);
  const endsAt = clock.now() + maxMs;
  while (group.inUse.name !== to || !group.isSettled) {
    if (clock.now() >= endsAt) {
      throw new RedisUnavailableError(
        'The database was not changed, because calls were in flight all the time. Try again when there are fewer.',
        { outcome: 'not-applied', connection },
      );
    }
    await pause(clock, lookMs);
    if (group.inUse.name !== to && group.isSettled) group.ask(to, isNamed);
  }
}

/**
 * Sets the weight of a database.
 *
 * @throws {@link ConfigurationError} if there is no database with this name, or the weight is not a number of at least
 *   0
 */
export function setWeight(databases: DatabaseSwitch | undefined, name: string, weight: number): void {
  const group = several(databases);
  checkName('setDatabaseWeight', group, name);
  weightOf(weight, 'setDatabaseWeight.weight');
  group.weigh(name, weight);
}

function several(databases: DatabaseSwitch | undefined): DatabaseSwitch {
  if (databases !== undefined) return databases;
  throw new ConfigurationError(
    'This connection has one database only. Write createRedisResilience({ databases: [...] }).',
  );
}

function checkName(caller: string, group: DatabaseSwitch, name: string): void {
  const names = group.reports().map((database) => database.name);
  if (names.includes(name)) return;
  throw new ConfigurationError(`${caller}() takes the name of a database: ${names.join(', ')}.`);
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
