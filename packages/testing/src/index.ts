export { createRandom } from './create-random.ts';
export { freePort } from './free-port.ts';
export { ManualClock, type ManualClockOptions, type ManualTimer } from './manual-clock.ts';
export { waitFor, type WaitForOptions } from './wait-for.ts';

export {
  makeCertificates,
  type CertificateOptions,
  type Certificates,
  type KeyPair,
  type TlsMaterial,
} from './certificates.ts';

export type { RedisServer } from './server/redis-server.ts';
export type { FleetOptions } from './server/server-fleet.ts';
export { startRedis } from './server/start-redis.ts';
export type {
  AclUser,
  RedisConfiguration,
  RestartOptions,
  StartOptions,
  StartRedisOptions,
} from './server/start-redis-options.ts';

export type { ChaosProxy, CutOptions, ProxyTarget } from './proxy/chaos-proxy.ts';
export { startProxy, type StartProxyOptions } from './proxy/start-proxy.ts';

export type { SentinelGroup } from './sentinel/sentinel-group.ts';
export { startSentinel } from './sentinel/start-sentinel.ts';
export type { StartSentinelOptions } from './sentinel/start-sentinel-options.ts';

export type { OddPeer, OddPeerKind } from './odd-peer/odd-peer.ts';
export { startOddPeer } from './odd-peer/start-odd-peer.ts';

export type { ClusterGroup } from './cluster/cluster-group.ts';
export { keySlot } from '@redis-resilience/core/protocol';
export type { SlotMigration } from './cluster/slot-migration.ts';
export { startCluster, type StartClusterOptions } from './cluster/start-cluster.ts';
