import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { beneath, shareMethod } from '../../../packages/core/src/ioredis/methods/replaced-method.ts';

type Ending = Redis & { end: () => unknown };

function clientWith(end?: () => unknown): Ending {
  const client = new Redis({ lazyConnect: true }) as unknown as Ending;
  if (end !== undefined) client.end = end;
  shareMethod(client, 'end', function endTwice(this: Ending) {
    return [beneath(this, 'end').call(this), this];
  });
  return client;
}

it('the method beneath a shared one is that of the application, or else that of the class', () => {
  const client = clientWith(() => 'own');
  expect(client.end()).toEqual(['own', client]);
  expect(beneath(clientWith(), 'end')).toBe(Redis.prototype.end);
});

it('the method beneath a shared one is found from an object that inherits from the client', () => {
  const leased = Object.create(Object.create(clientWith(() => 'own')) as object) as Ending;
  expect(leased.end()).toEqual(['own', leased]);
});

it('a method that the application wraps after the client was protected calls the one beneath once', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { client } = resilience;
  const called: string[] = [];
  const methods = client as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ['multi', 'exec', 'connect', 'emit', 'duplicate', 'disconnect']) {
    const wrapped = methods[name] as (...args: unknown[]) => unknown;
    methods[name] = function wrapper(this: Redis, ...args) {
      if (name !== 'emit') called.push(name);
      return wrapped.apply(this, args);
    };
  }
  await client.multi({ pipeline: false });
  await client.set('a', '1');
  expect(await client.exec()).toEqual([[null, 'OK']]);
  const duplicate = client.duplicate();
  expect(await duplicate.get('a')).toBe('1');
  client.disconnect();
  expect(called).toEqual(['multi', 'exec', 'duplicate', 'disconnect']);
});
