import { startRedis, type RedisServer } from '@redis-resilience/testing';
import * as redis from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ReplyReader } from '../../packages/node-redis/src/commands/read-reply.ts';
import { front, type Stage } from './stage.ts';

let server: RedisServer;
let client: Stage['client'];

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/** Returns the reply, or the name of the error. */
const sent = (command: unknown, options?: unknown): Promise<unknown> =>
  client.sendCommand(command as never, options as never).catch((error: Error) => error.name);

it('options that cannot be obeyed fail their own call and no later one', async () => {
  ({ client } = await front(server.url));
  await client.set('a', '1');
  for (const absent of [null, undefined, false, 0, ''])
    expect(await sent(['GET', 'a'], { abortSignal: absent, timeout: absent })).toBe('1');
  for (const abortSignal of [{}, 'x', 1, { aborted: false }])
    expect(await sent(['GET', 'a'], { abortSignal })).toBe('TypeError');
  for (const timeout of ['5', {}, []]) expect(await sent(['GET', 'a'], { timeout })).toBe('TypeError');
  expect(await client.get('a')).toBe('1');
});

it('the name of a command may be bytes', async () => {
  ({ client } = await front(server.url));
  await client.set('a', '1');
  expect(await sent([Buffer.from('GET'), 'a'])).toBe('1');
  expect(
    await client
      .multi()
      .addCommand([Buffer.from('GET'), 'a'] as never)
      .exec(),
  ).toEqual(['1']);
});

it('something other than a list with a name rejects, and throws nothing', async () => {
  ({ client } = await front(server.url));
  for (const command of [[], undefined, null, 'GET', { length: 2, 0: 'GET', 1: 'a' }])
    await expect(client.sendCommand(command as never)).rejects.toBeInstanceOf(TypeError);
  expect(await client.get('b')).toBe(null);
});

it('a name within a map never becomes the prototype of the map', () => {
  const reader = new ReplyReader({ ...redis, DEFAULT_RESP: 3 } as never);
  const evil = '%1\r\n$4\r\nevil\r\n:1\r\n';
  for (const name of ['$9\r\n__proto__\r\n', '*1\r\n$9\r\n__proto__\r\n', '=13\r\ntxt:__proto__\r\n']) {
    const map = reader.read(Buffer.from(`%1\r\n${name}${evil}`), {}) as object;
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
    expect(Object.keys(map)).toEqual(['__proto__']);
  }
});
