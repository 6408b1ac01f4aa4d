import { randomBytes } from 'node:crypto';
import { freePort } from '../free-port.ts';
import { inParallel } from '../in-parallel.ts';
import { startFleet, type FleetOptions } from '../server/server-fleet.ts';
import { sentinelConf } from './sentinel-conf.ts';
import { SentinelGroup } from './sentinel-group.ts';

/** Options of `startSentinel`. */
export interface StartSentinelOptions extends FleetOptions {
  /** @default 2 */
  readonly replicas?: number;
  /** Silence of the primary after which the first sentinel calls it down; the others follow 200 ms apart. @default 500 */
  readonly downAfterMs?: number;
  /** @default 3000 */
  readonly failoverTimeoutMs?: number;
  /** Password of the sentinels. @default none */
  readonly sentinelPassword?: string;
}

/**
 * Starts three real sentinels over one primary and its replicas. Resolves when all replicas are in sync, and all
 * sentinels know each other and the replicas. They look round several times as often as in production, so that a
 * failover takes a second or two.
 *
 * @example
 * await using group = await startSentinel();
 * const client = new Redis({ sentinels: group.sentinelAddresses, name: group.name });
 * await group.primary.kill();
 * await group.waitForPrimary({ otherThan: group.primary });
 */
export async function startSentinel(options: StartSentinelOptions = {}): Promise<SentinelGroup> {
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
