import type { RawConnection } from '../server/raw-connection.ts';
import { quote } from '../server/redis-conf.ts';
import type { RedisServer } from '../server/redis-server.ts';
import type { SentinelConf } from '../server/server-process.ts';
import type { StartSentinelOptions } from './start-sentinel-options.ts';

/** The name under which sentinels of this package know their primary. */
export const primaryName = 'mymaster';

// Sentinels that notice a failure at the same time all stand for election, none wins, and the next round comes
// after twice the failover timeout.
const electionGapMs = 200;

/** What one sentinel is told about the others. */
export interface SentinelNeighbourhood {
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly peers: readonly { readonly port: number; readonly id: string }[];
  /** Which of the peers it is itself. */
  readonly index: number;
  readonly options: StartSentinelOptions;
}

/** The configuration of one sentinel, which knows its neighbours from the start, as after a restart. */
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
 * Shortens the intervals that are fixed in the code of Sentinel; before Redis 7 there is no way, and it is slower.
 * Two of them must stay well above what a failover leans on, which is that each replica is looked at once a second
 * meanwhile: a leader finds no good replica when that is older than five ping periods, and the others take a
 * promotion back when they have not heard of it after four publish periods.
 */
async function hurry(control: RawConnection): Promise<void> {
  const periods = { 'info-period': 500, 'publish-period': 500, 'ping-period': 300 };
  const args = Object.entries(periods).flatMap(([name, ms]) => [name, ms]);
  await control.send(['SENTINEL', 'DEBUG', ...args]).catch(() => undefined);
}
