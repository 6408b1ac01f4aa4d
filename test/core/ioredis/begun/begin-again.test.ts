import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  startProxy,
  startRedis,
  waitFor,
  type ChaosProxy,
  type RedisServer,
} from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginAgain } from '../../../../packages/core/src/ioredis/begun/begin-again.ts';
import { internals } from '../../../../packages/core/src/ioredis/internals.ts';
import { interceptDisconnect } from '../../../../packages/core/src/ioredis/methods/take-over.ts';
import { supportedIoredis } from '../supported-ioredis.ts';

describe.each(supportedIoredis)(
  'what a client of ioredis %s began before it was protected',
  (_version, ioredis) => {
    let server: RedisServer;
    let proxy: ChaosProxy;
    let client: Redis;
    let sockets: Socket[];

    beforeEach(async () => {
      server = await startRedis();
      proxy = await startProxy({ target: server });
      sockets = [];
    });

    afterEach(async () => {
      client.disconnect();
      await proxy.close();
      await server.stop();
    });

    const open = (options: object = {}): Redis => {
      const { host, port } = proxy;
      const patient = { retryStrategy: () => 60_000 };
      client = new ioredis.Redis({ host, port, ...patient, ...options });
      client.on('error', () => undefined);
      return client;
    };

    /** Installs a connector of core in the client and lets it connect again, as `protect()` does. */
    const takeOver = (): void => {
      const target = internals(client);
      const former = target.connector;
      target.connector = {
        async connect() {
          const socket = connect(server.port, server.host);
          sockets.push(socket);
          await once(socket, 'connect');
          return socket;
        },
        disconnect: () => sockets.at(-1)?.destroy(),
        check: () => true,
      };
      interceptDisconnect(client);
      beginAgain(client, former);
    };

    it('is given up in the turn in which it began, and what was queued leaves on our socket', async () => {
      open();
      const queued = client.set('greeting', 'hello');
      takeOver();

      expect(await queued).toBe('OK');
      expect(client.stream).toBe(sockets[0]);
      await waitFor(() => proxy.connections === 0);
    });

    it('is given up while the server leaves the handshake without an answer', async () => {
      proxy.blackhole({ incoming: true });
      open();
      await waitFor(() => client.status === 'connect');
      const first = client.stream;
      takeOver();

      expect(await client.set('greeting', 'hello')).toBe('OK');
      expect(first.destroyed).toBe(true);
      expect(client.stream).toBe(sockets[0]);
    });

    it('is given up between two attempts, however long the client would pause', async () => {
      await proxy.refuse();
      open();
      await waitFor(() => client.status === 'reconnecting');
      takeOver();
      await waitFor(() => client.status === 'ready');

      expect(client.stream).toBe(sockets[0]);
    });

    it('is given up while the sentinels are asked', async () => {
      await proxy.refuse();
      open({ sentinels: [{ host: proxy.host, port: proxy.port }], name: 'shop' });
      takeOver();
      await waitFor(() => client.status === 'ready');

      expect(client.stream).toBe(sockets[0]);
    });

    it('is given up while a sentinel never answers, and its late failure changes nothing', async () => {
      proxy.blackhole({ incoming: true });
      open({ sentinels: [{ host: proxy.host, port: proxy.port }], name: 'shop' });
      const news: string[] = [];
      for (const event of ['error', 'close', 'end']) client.on(event, () => news.push(event));
      await waitFor(() => proxy.connections === 1);
      takeOver();

      expect(await client.set('greeting', 'hello')).toBe('OK');
      proxy.reset();
      await waitFor(() => proxy.connections === 0);
      expect(await client.get('greeting')).toBe('hello');
      expect(news).toEqual([]);
      expect(client.stream).toBe(sockets[0]);
    });

    it('answers whoever awaits connect() by the attempt that takes its place', async () => {
      open({ lazyConnect: true });
      const connecting = client.connect();
      takeOver();

      await expect(connecting).resolves.toBeUndefined();
    });

    it('can be closed while it is given up', async () => {
      open();
      const ended = once(client, 'end');
      takeOver();
      client.disconnect();
      await ended;

      expect(client.status).toBe('end');
    });
  },
);
