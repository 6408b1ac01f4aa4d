import { startRedis, type RedisServer, type StartRedisOptions } from '@redis-resilience/testing';
import { afterEach } from 'vitest';
import { Telnet } from './telnet.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A server that is stopped when the test ends. */
export async function start(options: StartRedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  cleanups.push(() => server.stop());
  return server;
}

/** A connection that is closed when the test ends. */
export function connectTo(server: RedisServer): Telnet {
  const telnet = new Telnet(server);
  cleanups.push(() => telnet[Symbol.dispose]());
  return telnet;
}

export async function configure(server: RedisServer, ...settings: (string | number)[]): Promise<void> {
  await server.command('CONFIG', 'SET', ...settings);
}

/** Writes one key. */
export const writingScript = `EVAL "redis.call('set', 'k', 'v')" 0`;
