import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { freePort } from '../free-port.ts';
import { PortBusyError } from './launch.ts';
import { RedisServer } from './redis-server.ts';
import { ServerProcess, type SentinelConf } from './server-process.ts';
import { startRedisOptionNames, type StartRedisOptions } from './start-redis-options.ts';

/**
 * Starts a real Redis as a child process on a free loopback port, in a temporary folder, without persistence unless an
 * option requests it. Resolves when the server replies to PING.
 *
 * @throws Error that says how to install Redis if the binary is missing, or with the last log lines if it did not
 * start.
 * @example
 * await using server = await startRedis({ password: 'secret' });
 * const client = new Redis(server.url);
 * await server.freeze(); // client hangs
 * server.thaw();
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  checkKnownOptions('startRedis', options, startRedisOptionNames);
  return startProcess(options);
}

/** Like {@link startRedis}, but also for sentinels. */
export async function startProcess(
  options: StartRedisOptions,
  sentinel?: SentinelConf,
): Promise<RedisServer> {
  const { waitUntil = 'ready', loadingMs = 0, startTimeoutMs = 10_000 } = options;
  for (let tries = 1; ; tries++) {
    const server = new RedisServer(new ServerProcess(options, options.port ?? (await freePort()), sentinel));
    try {
      await server.start({ waitUntil, loadingMs, startTimeoutMs });
      return server;
    } catch (error) {
      await server.stop();
      const takenMeanwhile = error instanceof PortBusyError && options.port === undefined && tries < 5;
      if (!takenMeanwhile) throw error;
    }
  }
}
