import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import type { ChainableCommander, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { bulk, honest, HostileServer, valueOf } from '../../bench/fuzz/hostile-server.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';

type Login = (client: Pick<ChainableCommander, 'auth' | 'call'>, protocol: number) => unknown;

const auth: Login = (client) => client.auth('shop', 'hunter2');
const authTwice: Login = (client, protocol) => void [auth(client, protocol), auth(client, protocol)];
const hello: Login = (client, protocol) => client.call('HELLO', protocol, 'AUTH', 'shop', 'hunter2');

/** Transactions in which a login is between two reads of the key `queued`. */
const transactions: readonly (readonly [
  string,
  (client: Redis, login: () => Login, protocol: number) => Promise<unknown>,
])[] = [
  [
    'multi()',
    (client, login, protocol) => {
      const chain = client.multi().get('queued');
      login()(chain, protocol);
      return chain.get('queued').exec();
    },
  ],
  [
    'a MULTI of single commands',
    (client, login, protocol) => {
      void client.multi({ pipeline: false });
      void client.get('queued');
      void Promise.resolve(login()(client as never, protocol)).catch(() => undefined);
      void client.get('queued');
      return client.exec();
    },
  ],
];

describe.each(supportedProtocols)('a login inside a transaction (RESP%i)', (protocol) => {
  describe.each(transactions)('by %s', (_by, run) => {
    it.each([
      ['AUTH', auth],
      ['HELLO', hello],
    ] as const)('gets the reply of the server when that accepts it: %s', async (name, login) => {
      await using server = await startRedis({ users: [{ name: 'shop', password: 'hunter2' }] });
      const { host, port } = server;
      const resilience = createRedisResilience({ host, port, protocol }, { logger: false });
      try {
        await resilience.client.set('queued', '1');
        const replies = (await run(resilience.client, () => login, protocol)) as [Error | null, unknown][];
        expect(replies).toHaveLength(3);
        expect(replies[0]).toEqual([null, '1']);
        expect(replies[2]).toEqual([null, '1']);
        if (name === 'AUTH') expect(replies[1]).toEqual([null, 'OK']);
        expect(await resilience.client.get('queued')).toBe('1');
        expect(resilience.snapshot().attempts).toBe(1);
      } finally {
        await resilience.close({ drainMs: 0 });
      }
    });

    it.each([
      ['AUTH', auth, 1],
      ['HELLO', hello, 1],
      ['AUTH twice', authTwice, 2],
    ] as const)(
      'takes no reply from another call when the server refuses it without a reply: %s',
      async (_name, login, logins) => {
        await using server = await HostileServer.start();
        const { host, port } = server;
        const resilience = createRedisResilience({ host, port, protocol }, { logger: false });
        try {
          await resilience.ready({ timeoutMs: 8_000 });
          server.hostility = ([name = '', key]) => {
            if (name.toLowerCase() === 'multi') return '+OK\r\n';
            if (key === 'queued' || /^(auth|hello)$/i.test(name)) return '+QUEUED\r\n';
            if (name.toLowerCase() !== 'exec') return honest;
            server.behave();
            return `*${2 + logins}\r\n${bulk('1')}${bulk('2')}`;
          };
          const wrong: unknown[] = [];
          let isOver = false;
          const readers = Array.from({ length: 10 }, async (_, index) => {
            for (let round = 0; !isOver; round++) {
              const value = await resilience.client.get(`${index}-${round}`);
              if (value !== valueOf(`${index}-${round}`)) wrong.push(value);
            }
          });
          const ran = run(resilience.client, () => login, protocol);
          expect(await errorOf(ran)).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
          isOver = true;
          await Promise.all(readers);
          expect(wrong).toEqual([]);
          expect(resilience.snapshot().attempts).toBe(2);
        } finally {
          await resilience.close({ drainMs: 0 });
        }
      },
    );
  });
});
