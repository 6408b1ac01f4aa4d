import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { freePort } from '../free-port.ts';
import { ChaosProxy, type ProxyTarget } from './chaos-proxy.ts';

/** Options of `startProxy`. */
export interface StartProxyOptions {
  /** The server behind the proxy: a `RedisServer`, or any address. Required. */
  readonly target: ProxyTarget;
  /** Port of the proxy on 127.0.0.1. @default a free one */
  readonly port?: number;
}

/**
 * Starts a TCP proxy in front of `target`, in this process, that breaks connections in every way a network can.
 *
 * @throws TypeError if there is no target, {@link ConfigurationError} if an option does not exist
 * @example
 * await using server = await startRedis();
 * await using proxy = await startProxy({ target: server });
 * const client = new Redis(proxy.url);
 * await client.ping();
 * proxy.blackhole(); // the client's socket is dead and says nothing; new connections work
 */
export async function startProxy(options: StartProxyOptions): Promise<ChaosProxy> {
  if (typeof options?.target?.port !== 'number') {
    throw new TypeError('startProxy needs the server behind the proxy: startProxy({ target: server }).');
  }
  checkKnownOptions('startProxy', options, { target: true, port: true });
  const proxy = new ChaosProxy(options.target, options.port ?? (await freePort()));
  await proxy.accept();
  return proxy;
}
