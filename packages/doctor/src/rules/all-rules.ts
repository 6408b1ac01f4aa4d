import { appRule } from './app.ts';
import { authRule, permissionRule, turnedAwayRule } from './auth.ts';
import { clientOptionsRule } from './client-options.ts';
import { clusterRule } from './cluster.ts';
import { addressesRule, dnsChangedRule, dnsRule } from './dns.ts';
import { environmentRule } from './environment.ts';
import { helloRule } from './hello.ts';
import { bootUnitRule, logRule, oomKilledRule } from './host.ts';
import { clientsLimitRule, evictionRule, fileDescriptorsRule, fragmentationRule } from './limits.ts';
import { peerRule, sentinelInPlaceRule } from './peer.ts';
import { clientBacklogRule, latencyEventsRule, roundTripRule, slowLogRule } from './performance.ts';
import { historyRule, snapshotRule } from './resilience.ts';
import { replicaLagRule, replicationLinkRule, roleRule } from './role.ts';
import type { Rule } from './rule.ts';
import { announcedAddressRule, sentinelRule } from './sentinel.ts';
import {
  idleTimeoutRule,
  keepAliveRule,
  permissionsRule,
  restartedRule,
  versionRule,
} from './server-settings.ts';
import { brokenOffRule, databaseRule, stateRule } from './state.ts';
import { tcpRule } from './tcp.ts';
import { tlsRule } from './tls.ts';
import { walkIncompleteRule } from './walk-incomplete.ts';
import { memoryRule, persistenceRule, tooFewReplicasRule } from './writability.ts';

/** All rules, in the order in which a connection meets what they are about. */
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
  logRule,
  evictionRule,
  latencyEventsRule,
  restartedRule,
  bootUnitRule,
  permissionsRule,
  historyRule,
  walkIncompleteRule,
];
