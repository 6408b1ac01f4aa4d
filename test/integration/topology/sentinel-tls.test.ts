import { createRedisResilience } from '@redis-resilience/core';
import { makeCertificates, startSentinel } from '@redis-resilience/testing';
import { it } from 'vitest';
import { writeThroughFailover } from '../stage/write-through-failover.ts';

it('a failover is followed where sentinels and servers speak TLS', async () => {
  await using certificates = await makeCertificates();
  await using group = await startSentinel({ tls: certificates, replicas: 1 });
  const tls = { ca: certificates.ca };
  const target = { sentinels: group.sentinelAddresses, name: group.name };
  const options = { sentinelTLS: tls, tls, enableTLSForSentinelMode: true };
  const resilience = createRedisResilience({ ...target, ...options });
  try {
    await resilience.ready({ timeoutMs: 5_000 });
    await writeThroughFailover(group, resilience);
  } finally {
    await resilience.close({ drainMs: 0 });
  }
});
