// What the tests of this folder would complain of today. Each list is to become empty: an entry is deleted together
// with what it names, and the test that reads the list fails while one of the two is left.

/** Import circles, by value or by type. */
export const knownCircles: readonly string[] = [
  'core/command/entry.ts -> core/command/late-record.ts -> core/command/entry.ts, knotted with core/command/gate-host.ts, core/command/request-budget.ts',
];

/** Types that a room of core imports from a room above it. */
export const knownUpwardTypes: readonly string[] = [
  'command/member-gate-host.ts -> connection/protected-client.ts',
];

/** Folders of more than 16 files beside `index.ts`. */
export const knownCrowdedFolders: readonly string[] = [
  'packages/core/src/command',
  'packages/telemetry/src/status-page',
];
