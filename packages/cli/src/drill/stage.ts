import { startProxy, startRedis, type ChaosProxy, type RedisServer } from '@redis-resilience/testing';
import { isOfDatabases, type FaultName } from './faults/fault-name.ts';

/** A real Redis server behind a proxy, started for one run of a plan. */
export interface Stage extends AsyncDisposable {
  readonly server: RedisServer;
  /** A replica to promote, if the fault needs one. */
  readonly replica: RedisServer | undefined;
  readonly proxy: ChaosProxy;
  /**
   * The value of REDIS_URL: the URL of the proxy and, if the fault needs two databases, a comma and the URL of the
   * second server.
   */
  readonly url: string;
  readonly password: string;
}

/** Starts the servers and the proxy on loopback. */
export async function setStage(fault: FaultName, seed: number): Promise<Stage> {
  const started: AsyncDisposable[] = [];
  const dispose = async (): Promise<void> => {
    for (const each of started.toReversed()) await each[Symbol.asyncDispose]();
  };
  try {
    const password = fault === 'password-rotation' ? `drill-${seed}` : '';
    const server = await startRedis({ keep: true, ...(password && { password }) });
    started.push(server);
    let replica: RedisServer | undefined;
    if (fault === 'failover') {
      replica = await startRedis({ replicaOf: { host: server.host, port: server.port } });
      started.push(replica);
    }
    const proxy = await startProxy({ target: server });
    started.push(proxy);
    let { url } = proxy;
    if (isOfDatabases(fault)) {
      const second = await startRedis();
      started.push(second);
      url = `${url},${second.url}`;
    }
    return { server, replica, proxy, url, password, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
