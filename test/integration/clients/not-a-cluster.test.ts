import { createRedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';

it('a server that is not part of a Cluster is not said to have broken the connection', async () => {
  await using server = await startRedis();
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const resilience = createRedisResilience(`redis+cluster://${server.host}:${server.port}`, {
    logger: { info: log, warn: log, error: log },
  });
  await waitFor(() => lines.length > 0);
  expect(lines[0]).toContain('is down (cluster-down)');
  expect(lines[0]).toContain('or says that the server is not part of a Cluster');
  await resilience.close();
});
