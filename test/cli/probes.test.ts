import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Probes } from '../../packages/cli/src/drill/traffic/probes.ts';

it('a probe waits as long as its threshold allows', async () => {
  const server = createServer((_request, response) => setTimeout(() => response.end('ok'), 3200));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const probes = new Probes({
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths: { liveness: '/livez', readiness: '/readyz', health: '/health/redis' },
    limitMs: 20_000,
    elapsedMs: () => performance.now(),
  });
  await waitFor(() => probes.samples.length >= 3, { timeoutMs: 20_000 });
  await probes.stop();
  expect(probes.samples.map(({ verdict }) => verdict)).not.toContain('silent');
});
