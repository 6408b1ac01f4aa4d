import type { DatabaseReport } from '@redis-resilience/core';
import type { DatabasePicture } from '../page-state.ts';

/** Returns what the page shows about each of several databases. */
export function databasePictures(reports: readonly DatabaseReport[]): DatabasePicture[] {
  return reports.map(
    ({ name, weight, readOnly, inUse, preferred, health, cause, role, lagMs, lastChange }) => ({
      name,
      weight,
      readOnly,
      inUse,
      preferred,
      health,
      cause: cause ?? null,
      role: role ?? null,
      lagMs: lagMs ?? null,
      lastChange: lastChange?.getTime() ?? null,
    }),
  );
}
