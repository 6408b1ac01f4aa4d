import { randomBytes } from 'node:crypto';
import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { freePort } from '../free-port.ts';
import { inParallel } from '../in-parallel.ts';
import { fleetOptionNames, startFleet } from '../server/server-fleet.ts';
import { sentinelConf } from './sentinel-conf.ts';
import { SentinelGroup } from './sentinel-group.ts';
import type { StartSentinelOptions } from './start-sentinel-options.ts';

/**
 * Starts three real sentinels that watch one primary and its replicas. Resolves when all replicas are in sync and all
 * sentinels know each other and the replicas. The sentinels check several times more often than in production, so that
 * a failover takes a second or two.
 *
 * @example
 * await using group = await startSentinel();
 * const client = new Redis({ sentinels: group.sentinelAddresses, name: group.name });
 * await group.primary.kill();
 * await group.waitForPrimary({ otherThan: group.primary });
 */
export async function startSentinel(options: StartSentinelOptions = {}): Promise<SentinelGroup> {
  checkKnownOptions('startSentinel', options, {
    ...fleetOptionNames,
    replicas: true,
    downAfterMs: true,
    failoverTimeoutMs: true,
    sentinelPassword: true,
  });
  return startFleet(options, async (fleet) => {
    const primary = await fleet.start({});
    const replicaOf = { host: primary.host, port: primary.port };
    const replicas = await inParallel(options.replicas ?? 2, () => fleet.start({ replicaOf }));
    const peers = await inParallel(3, async () => ({
      port: await freePort(),
      id: randomBytes(20).toString('hex'),
    }));
    const password = options.sentinelPassword ?? '';
    const sentinels = await inParallel(peers.length, (index) => {
      const conf = sentinelConf({ primary, replicas, peers, index, options });
      return fleet.start({ port: peers[index]?.port ?? 0, password, config: {} }, conf);
    });
    const group = new SentinelGroup(primary, replicas, sentinels, () => fleet.stop());
    await group.waitUntilSettled();
    return group;
  });
}
