import { appRule } from './application/app.ts';
import { authRule, permissionRule, turnedAwayRule } from './path/auth.ts';
import { clientOptionsRule } from './application/client-options.ts';
import { standbyRule } from './application/databases.ts';
import { poolRule } from './application/pool.ts';
import { unleasedCommandsRule } from './application/unleased-commands.ts';
import { clusterRule } from './topology/cluster.ts';
import { addressesRule, dnsChangedRule, dnsRule } from './path/dns.ts';
import { environmentRule } from './path/environment.ts';
import { helloRule } from './path/hello.ts';
import { bootUnitRule, logRule, oomKilledRule } from './host.ts';
import { clientsLimitRule, evictionRule, fileDescriptorsRule, fragmentationRule } from './server/limits.ts';
import { peerRule, sentinelInPlaceRule } from './path/peer.ts';
import { clientBacklogRule, latencyEventsRule, roundTripRule, slowLogRule } from './server/performance.ts';
import { historyRule, snapshotRule } from './application/resilience.ts';
import { replicaLagRule, replicationLinkRule, roleRule } from './server/role.ts';
import type { Rule } from './rule.ts';
import { announcedAddressRule, sentinelRule } from './topology/sentinel.ts';
import {
  idleTimeoutRule,
  keepAliveRule,
  permissionsRule,
  restartedRule,
  versionRule,
} from './server/settings.ts';
import { brokenOffRule, databaseRule, stateRule } from './server/state.ts';
import { tcpRule } from './path/tcp.ts';
import { tlsRule } from './path/tls.ts';
import { walkIncompleteRule } from './walk-incomplete.ts';
import { memoryRule, persistenceRule, tooFewReplicasRule } from './server/writability.ts';

/**
 * All rules, in the order in which findings of one severity are listed: first what prevents a connection, such as DNS,
 * TCP, TLS or the login, and then problems of the server, its limits and its settings.
 */
export const allRules: readonly Rule[] = [
  environmentRule,
  sentinelRule,
  clusterRule,
  dnsRule,
  tcpRule,
  tlsRule,
  turnedAwayRule,
  peerRule,
  authRule,
  brokenOffRule,
  helloRule,
  stateRule,
  sentinelInPlaceRule,
  permissionRule,
  databaseRule,
  roleRule,
  tooFewReplicasRule,
  persistenceRule,
  memoryRule,
  snapshotRule,
  appRule,
  announcedAddressRule,
  addressesRule,
  dnsChangedRule,
  oomKilledRule,
  clientsLimitRule,
  fileDescriptorsRule,
  replicationLinkRule,
  replicaLagRule,
  fragmentationRule,
  roundTripRule,
  slowLogRule,
  clientBacklogRule,
  idleTimeoutRule,
  keepAliveRule,
  versionRule,
  clientOptionsRule,
  standbyRule,
  poolRule,
  unleasedCommandsRule,
  logRule,
  evictionRule,
  latencyEventsRule,
  restartedRule,
  bootUnitRule,
  permissionsRule,
  historyRule,
  walkIncompleteRule,
];
