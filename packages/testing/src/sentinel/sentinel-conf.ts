import type { RawConnection } from '../server/raw-connection.ts';
import { quote } from '../server/redis-conf.ts';
import type { RedisServer } from '../server/redis-server.ts';
import type { SentinelConf } from '../server/server-process.ts';
import type { StartSentinelOptions } from './start-sentinel-options.ts';

/** The name under which the sentinels watch the primary. */
export const primaryName = 'mymaster';

// By how many milliseconds the sentinels are staggered: each one notices a failure this much later than the one before.
// If all sentinels noticed a failure at the same time, each would vote for itself, none would win, and the next
// election would begin only after twice the failover timeout.
const electionGapMs = 200;

/** The servers and sentinels with which one sentinel is configured. */
export interface SentinelNeighbourhood {
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly peers: readonly { readonly port: number; readonly id: string }[];
  /** The index of this sentinel in `peers`, which contains all sentinels. */
  readonly index: number;
  readonly options: StartSentinelOptions;
}

/**
 * Returns the configuration of one sentinel. The configuration already contains the other sentinels and the replicas,
 * as the file that Sentinel itself saves does, so that the sentinel need not discover them.
 */
export function sentinelConf(neighbourhood: SentinelNeighbourhood): SentinelConf {
  const { primary, replicas, peers, index, options } = neighbourhood;
  const { downAfterMs = 500, failoverTimeoutMs = 3_000, password, sentinelPassword } = options;
  const lines = [
    `sentinel myid ${peers[index]?.id}`,
    `sentinel monitor ${primaryName} ${primary.host} ${primary.port} 2`,
    `sentinel down-after-milliseconds ${primaryName} ${downAfterMs + index * electionGapMs}`,
    `sentinel failover-timeout ${primaryName} ${failoverTimeoutMs}`,
    `sentinel parallel-syncs ${primaryName} ${Math.max(1, replicas.length)}`,
  ];
  if (password) lines.push(`sentinel auth-pass ${primaryName} ${quote(password)}`);
  if (sentinelPassword) lines.push(`sentinel sentinel-pass ${quote(sentinelPassword)}`);
  for (const { host, port } of replicas) lines.push(`sentinel known-replica ${primaryName} ${host} ${port}`);
  for (const peer of peers.filter((_, other) => other !== index)) {
    lines.push(`sentinel known-sentinel ${primaryName} ${primary.host} ${peer.port} ${peer.id}`);
  }
  return { lines, tune: hurry };
}

/**
 * Shortens those intervals of Sentinel that no configuration directive can change. Sentinels before Redis 7 cannot
 * change these intervals at all, so their failovers are slower. Five ping periods must be longer than a second: the
 * sentinel that leads a failover checks each replica only once a second, and rejects a replica whose last check is
 * older than five ping periods. Four publish periods must be long enough for all sentinels to learn of a promotion: a
 * sentinel that has not learned of it by then reverts it.
 */
async function hurry(control: RawConnection): Promise<void> {
  const periods = { 'info-period': 500, 'publish-period': 500, 'ping-period': 300 };
  const args = Object.entries(periods).flatMap(([name, ms]) => [name, ms]);
  await control.send(['SENTINEL', 'DEBUG', ...args]).catch(() => undefined);
}
