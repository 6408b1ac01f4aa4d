import { createRedisResilience, RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';
import { errorOf } from '../stage/outcome-of.ts';

const shop = { username: 'shop', password: 'hunter2' };

/** Since Redis 7.2, a server under load does not reply to an AUTH that it refuses. */
describe.each([2, 3] as const)('a login that is refused without a reply (RESP%i)', (protocol) => {
  it.each<readonly [string, (resilience: RedisResilience<Redis>) => Promise<unknown>]>([
    ['reauthenticate()', (resilience) => resilience.reauthenticate(shop)],
    ['auth()', ({ client }) => client.auth('shop', 'hunter2')],
    ['auth() before a SET', ({ client }) => authBeforeSet(client)],
    ['call() in capitals', ({ client }) => client.call('AUTH', 'shop', 'hunter2')],
    ['HELLO', ({ client }) => client.call('HELLO', String(protocol), 'AUTH', 'shop', 'hunter2')],
    ['a pipeline', ({ client }) => firstOf(client.pipeline().auth('shop', 'hunter2').get('x').exec())],
  ])('takes no reply from another call: %s', async (_by, login) => {
    await using server = await HostileServer.start();
    const { host, port } = server;
    const resilience = createRedisResilience({ host, port, protocol }, { logger: false });
    try {
      await resilience.ready({ timeoutMs: 8_000 });
      const { localPort } = resilience.client.stream;
      let isOver = false;
      const wrong: unknown[] = [];
      const readers = Array.from({ length: 10 }, async (_, index) => {
        for (let round = 0; !isOver; round++) {
          const value = await resilience.client.get(`${index}-${round}`);
          if (value !== `value of ${index}-${round}`) wrong.push(value);
        }
      });
      server.hostility = ([name = '', , word = '']) =>
        /^auth$/i.test(name) || (/^hello$/i.test(name) && /^auth$/i.test(word)) ? undefined : honest;

      const error = await errorOf(login(resilience));
      isOver = true;
      await Promise.all(readers);

      expect(String(error instanceof RedisUnavailableError ? error.cause : error)).toContain('WRONGPASS');
      expect(wrong).toEqual([]);
      expect(resilience.client.stream.localPort).toBe(localPort);
    } finally {
      await resilience.close({ drainMs: 0 });
    }
  });
});

async function authBeforeSet(client: Redis): Promise<unknown> {
  const [login, stored] = await Promise.allSettled([client.auth('shop', 'hunter2'), client.set('x', '1')]);
  expect(stored).toEqual({ status: 'fulfilled', value: 'OK' });
  if (login.status === 'rejected') throw login.reason;
  return login.value;
}

async function firstOf(replies: ReturnType<ReturnType<Redis['pipeline']>['exec']>): Promise<unknown> {
  const [[error, reply] = []] = (await replies) ?? [];
  if (error) throw error;
  return reply;
}
