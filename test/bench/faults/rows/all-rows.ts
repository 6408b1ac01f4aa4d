import type { AnyRow } from '../row.js';
import { caches } from './caches.js';
import { blockingCalls } from './callers/blocking-calls.js';
import { firstConnections } from './callers/first-connections.js';
import { subscriptions } from './callers/subscriptions.js';
import { unawaited } from './callers/unawaited.js';
import { clusterChanges } from './clusters/changes.js';
import { clusterListeners } from './clusters/listeners.js';
import { clusterMembership } from './clusters/membership.js';
import { clusterSurroundings } from './clusters/surroundings.js';
import { crowds } from './crowds.js';
import { distances } from './distances.js';
import { listeners } from './listeners.js';
import { logins } from './logins.js';
import { pools } from './pools.js';
import { processes } from './processes.js';
import { rateLimits } from './rate-limits.js';
import { refusals } from './refusals.js';
import { resets } from './resets.js';
import { restarts } from './restarts.js';
import { secondDatabase } from './databases/second-database.js';
import { sessions } from './sessions.js';
import { silences } from './silences.js';
import { slowness } from './slowness.js';
import { topologies } from './topologies.js';

/** All rows of the fault table, in order. */
export const allRows: readonly AnyRow[] = [
  ...restarts,
  ...silences,
  ...processes,
  ...refusals,
  ...slowness,
  ...distances,
  ...topologies,
  ...clusterChanges,
  ...clusterMembership,
  ...clusterSurroundings,
  ...clusterListeners,
  ...firstConnections,
  ...blockingCalls,
  ...subscriptions,
  ...unawaited,
  ...resets,
  ...sessions,
  ...crowds,
  ...logins,
  ...pools,
  ...caches,
  ...rateLimits,
  ...listeners,
  ...secondDatabase,
];

/** @throws Error when no row has this name */
export function rowNamed(name: string): AnyRow {
  const row = allRows.find((each) => each.name === name);
  if (!row)
    throw new Error(`There is no row "${name}". There are: ${allRows.map((each) => each.name).join(', ')}`);
  return row;
}

/**
 * Returns the row with this name, or all rows whose names begin with it and a hyphen. @throws Error when there is none
 */
export function rowsNamed(name: string): readonly AnyRow[] {
  const family = allRows.filter((each) => each.name.startsWith(`${name}-`));
  return allRows.some((each) => each.name === name) || family.length === 0 ? [rowNamed(name)] : family;
}
