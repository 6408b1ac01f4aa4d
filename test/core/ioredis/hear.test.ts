import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { hear } from '../../../packages/core/src/ioredis/methods/hear.ts';

function heardBy(client: Redis): unknown[] {
  const heard: unknown[] = [];
  hear(client, 'ready', (...args: unknown[]) => heard.push(...args));
  return heard;
}

it('an event is heard after the application has removed all listeners', () => {
  const client = new Redis({ lazyConnect: true });
  const heard = heardBy(client);
  expect([client.listenerCount('ready'), client.eventNames()]).toEqual([0, []]);
  client.removeAllListeners();
  client.emit('ready', 1);
  client.emit('close', 2);
  expect(heard).toEqual([1]);
});

it('an event is heard although a listener of the application throws', () => {
  const client = new Redis({ lazyConnect: true });
  client.prependListener('ready', () => {
    throw new Error('a mistake');
  });
  const heard = [heardBy(client), heardBy(client)];
  expect(() => client.emit('ready', 1)).toThrow('a mistake');
  expect(heard).toEqual([[1], [1]]);
});
