import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** Real servers for the tests of a file, all of them running when a test starts. */
export function useRedisServers(count: number): readonly RedisServer[] {
  const servers: RedisServer[] = [];
  beforeAll(async () => {
    servers.push(...(await Promise.all(Array.from({ length: count }, () => startRedis()))));
  });
  beforeEach(async () => {
    await Promise.all(servers.map((server) => server.start()));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });
  return servers;
}
