import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import type { ClusterGroup } from '@redis-resilience/testing';
import type { Cluster } from 'ioredis';

/** Creates a resilience for a Cluster, which need not be reachable, and closes it at the end of the block. */
export function useCluster(cluster: ClusterGroup, target: object = {}, options: ResilienceOptions = {}) {
  const resilience: RedisResilience<Cluster> = createRedisResilience(
    { cluster: cluster.addresses, ...target },
    options,
  );
  const close = () => resilience.close({ drainMs: 0 });
  return { resilience, client: resilience.client, [Symbol.asyncDispose]: close };
}

/** Like {@link useCluster}, and resolves once the Cluster is up. */
export async function protectCluster(...cluster: Parameters<typeof useCluster>) {
  const used = useCluster(...cluster);
  await used.resilience.ready({ timeoutMs: 5_000 });
  return used;
}
