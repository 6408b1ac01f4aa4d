import { createRedisResilience } from '@redis-resilience/core';
import { makeCertificates, startSentinel, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { CallLoop } from '../stage/call-loop.ts';

it('a failover is followed where sentinels and servers speak TLS', async () => {
  await using certificates = await makeCertificates();
  await using group = await startSentinel({ tls: certificates, replicas: 1 });
  const tls = { ca: certificates.ca };
  const target = { sentinels: group.sentinelAddresses, name: group.name };
  const options = { sentinelTLS: tls, tls, enableTLSForSentinelMode: true };
  const resilience = createRedisResilience({ ...target, ...options });
  try {
    await resilience.ready({ timeoutMs: 5_000 });
    const loop = new CallLoop(() => resilience.client.set('greeting', 'hello'));
    await loop.untilAnswered(20);
    await group.failover();
    const failedOverAt = performance.now();
    await waitFor(() => loop.firstAnswerAfter(failedOverAt) !== undefined, { timeoutMs: 5_000 });
    await loop.untilAnswered(20);
    await loop.finish();
    expect(await (await group.currentPrimary()).command('GET', 'greeting')).toBe('hello');
  } finally {
    await resilience.close({ drainMs: 0 });
  }
});
