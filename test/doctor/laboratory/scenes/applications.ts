import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedisResilience, protect } from '@redis-resilience/core';
import { renderHealth } from '@redis-resilience/core/http';
import { freePort, startRedis } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import type { Laboratory } from '../laboratory.ts';

/** Conditions that the application itself causes. */
export async function applications(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis({ bind: ['127.0.0.1', '127.0.0.2'] });
  await clients(laboratory, server.port);
  const resilience = createRedisResilience(server.url);
  await resilience.ready({ timeoutMs: 5000 });
  await laboratory.check('healthy, a resilience', { code: 'healthy' }, resilience);
  const app = await startApp(() => renderHealth([resilience]).body);
  await laboratory.check('healthy, and so says the application', { code: 'healthy' }, server.url, {
    app: app.url,
  });
  const putBack = resilience.isolate('maintenance');
  await laboratory.check('Redis was taken out of use by hand', { code: 'isolated' }, resilience);
  await laboratory.check('only the application cannot use Redis', { code: 'app-disagrees' }, server.url, {
    app: app.url,
  });
  putBack();
  const { options } = resilience.client;
  options.host = '127.0.0.2';
  await laboratory.check(
    'the name leads elsewhere by now',
    { code: 'dns-changed', severity: 'warning' },
    resilience,
  );
  await resilience.close();
  app.server.close();
  await laboratory.check(
    'the application cannot be asked',
    { code: 'app-unreachable', severity: 'warning' },
    server.url,
    { app: `http://127.0.0.1:${await freePort()}/health/redis` },
  );
  await providers(laboratory, server.url);
}

async function clients(laboratory: Laboratory, port: number): Promise<void> {
  const bare = new Redis({ port, host: '127.0.0.1', lazyConnect: true });
  await laboratory.check(
    'a client with no deadline',
    { code: 'client-options', severity: 'warning', words: /no deadline/ },
    bare,
  );
  bare.disconnect();
  const careless = protect(new Redis({ port, host: '127.0.0.1', lazyConnect: true }), {
    circuit: { mode: 'off' },
  });
  await careless.ready({ timeoutMs: 5000 });
  await laboratory.check(
    'a resilience without circuits',
    { code: 'client-options', severity: 'warning', words: /circuits are off/ },
    careless,
  );
  await careless.close();
}

async function providers(laboratory: Laboratory, url: string): Promise<void> {
  const resilience = createRedisResilience(url, {
    connection: {
      credentials: () => {
        throw new Error('the vault is sealed');
      },
    },
  });
  await laboratory.check('the credentials provider throws', { code: 'credentials' }, resilience);
  await resilience.close();
}

async function startApp(body: () => string): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => response.end(body())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/health/redis` };
}
