// What the tests of this folder would complain of today. Each list is to become empty: an entry is deleted together
// with what it names, and the test that reads the list fails while one of the two is left.

/** Import circles, by value or by type. */
export const knownCircles: readonly string[] = [
  'cli/drill/faults/fault.ts -> cli/drill/stage.ts -> cli/drill/faults/fault.ts',
  'cli/watch/app-connections.ts -> cli/watch/source.ts -> cli/watch/app-connections.ts',
  'core/command/batch.ts -> core/driver-command.ts -> core/command/entry.ts -> core/command/batch.ts, knotted with core/command/gate-host.ts, core/command/late-record.ts, core/command/request-budget.ts',
  'core/resilience/totals.ts -> core/snapshot.ts -> core/resilience/totals.ts',
  'fallback/cache/cache.ts -> fallback/cache/resilient-cache.ts -> fallback/cache/cache.ts',
  'fallback/outbox/outbox.ts -> fallback/outbox/replaying-outbox.ts -> fallback/outbox/outbox.ts',
  'testing/odd-peer/manners.ts -> testing/odd-peer/start-odd-peer.ts -> testing/odd-peer/manners.ts, knotted with testing/odd-peer/unreachable.ts',
  'testing/sentinel/sentinel-conf.ts -> testing/sentinel/start-sentinel.ts -> testing/sentinel/sentinel-conf.ts, knotted with testing/sentinel/sentinel-group.ts',
];

/** Types that a room of core imports from a room above it. */
export const knownUpwardTypes: readonly string[] = [
  'cluster/cluster-diagnosis.ts -> resilience/member.ts',
  'cluster/cluster-member.ts -> resilience/member.ts',
  'cluster/cluster-node.ts -> resilience/member.ts',
  'command/member-gate-host.ts -> resilience/member.ts',
  'socket/wire.ts -> stall/identity.ts',
  'verbs/drain.ts -> resilience/members.ts',
];

/** Folders of core beside `ioredis/` that import ioredis; `.` are the files beside the folders. */
export const knownDriverFolders: readonly string[] = [
  '.',
  'cluster',
  'connection',
  'http',
  'resilience',
  'socket',
  'stall',
  'verbs',
];

/** Folders of more than 16 files beside `index.ts`. */
export const knownCrowdedFolders: readonly string[] = [
  'packages/cli/src/drill',
  'packages/core/src/command',
  'packages/doctor/src/evidence',
  'packages/doctor/src/rules',
  'packages/fallback/src/outbox',
  'packages/telemetry/src/status-page',
];
