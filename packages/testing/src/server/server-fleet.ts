import type { OptionNames } from '@redis-resilience/core/protocol';
import { makeCertificates, type Certificates, type TlsMaterial } from '../certificates.ts';
import type { RedisServer } from './redis-server.ts';
import type { SentinelConf } from './server-process.ts';
import { startProcess } from './start-redis.ts';
import type { RedisConfiguration, StartRedisOptions } from './start-redis-options.ts';

/** Options for all servers of a Sentinel group or Cluster. */
export interface FleetOptions {
  /** Password of every node that holds data. @default none */
  readonly password?: string;
  /** TLS for all servers; `true` makes certificates. @default plain TCP */
  readonly tls?: TlsMaterial | true;
  /** Additional redis.conf directives for every node that holds data. @default none */
  readonly config?: NonNullable<RedisConfiguration['config']>;
  /** Server binary. @default the environment variable REDIS_SERVER_BIN, or `redis-server` on PATH */
  readonly bin?: string;
}

export const fleetOptionNames: OptionNames<FleetOptions> = {
  password: true,
  tls: true,
  config: true,
  bin: true,
};

/**
 * Builds a group of servers that stop together. If `build` fails, the servers that have already started are stopped.
 */
export async function startFleet<T>(
  options: FleetOptions,
  build: (fleet: ServerFleet) => Promise<T>,
): Promise<T> {
  const fleet = new ServerFleet(options, options.tls === true ? await makeCertificates() : undefined);
  try {
    return await build(fleet);
  } catch (error) {
    await fleet.stop();
    throw error;
  }
}

/** Servers that share options and stop together. */
export class ServerFleet {
  readonly #shared: StartRedisOptions;
  readonly #certificates: Certificates | undefined;
  readonly #servers: RedisServer[] = [];

  constructor(options: FleetOptions, certificates: Certificates | undefined) {
    const { password, config, bin } = options;
    const tls = certificates ?? options.tls;
    this.#certificates = certificates;
    this.#shared = {
      ...(password ? { password } : {}),
      ...(tls ? { tls } : {}),
      ...(config ? { config } : {}),
      ...(bin ? { bin } : {}),
    };
  }

  /** Starts one server. `own` takes precedence over the shared options. */
  async start(own: StartRedisOptions, sentinel?: SentinelConf): Promise<RedisServer> {
    const server = await startProcess({ ...this.#shared, ...own }, sentinel);
    this.#servers.push(server);
    return server;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.#certificates?.dispose();
  }
}
