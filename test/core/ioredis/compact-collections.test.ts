import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { compactCollections } from '../../../packages/core/src/ioredis/options/compact-collections.ts';

interface Collections {
  addedBuiltinSet: Set<string>;
  offlineQueue: {
    readonly length: number;
    push(item: unknown): void;
    shift(): unknown;
    toArray(): unknown[];
  };
}

function compactClient(): Omit<Redis, keyof Collections> & Collections {
  const client = new Redis({ lazyConnect: true });
  compactCollections(client);
  return client as unknown as Omit<Redis, keyof Collections> & Collections;
}

it('what is added to a compact collection is found there, and in no other client', () => {
  const [client, other] = [compactClient(), compactClient()];
  client.addedBuiltinSet.add('json.get');
  client.offlineQueue.push('get');
  expect([client.addedBuiltinSet.size, ...client.addedBuiltinSet]).toEqual([1, 'json.get']);
  expect([client.offlineQueue.length, client.offlineQueue.toArray()]).toEqual([1, ['get']]);
  for (const unused of [other, compactClient()]) {
    expect([unused.addedBuiltinSet.size, unused.offlineQueue.length]).toEqual([0, 0]);
    expect([...unused.addedBuiltinSet, ...unused.offlineQueue.toArray()]).toEqual([]);
  }
});

it('reading an empty compact collection does not make it', () => {
  const client = compactClient();
  const made = (): unknown[] =>
    Object.getOwnPropertySymbols(client.addedBuiltinSet).map((key) =>
      Reflect.get(client.addedBuiltinSet, key),
    );
  expect([...client.addedBuiltinSet]).toEqual([]);
  expect([client.offlineQueue.shift(), client.autoPipelineQueueSize]).toEqual([undefined, 0]);
  expect(made()).toEqual([undefined]);
  client.addedBuiltinSet.add('json.get');
  expect(made()).toEqual([new Set(['json.get'])]);
});

it('a pipeline has the commands that were added to its client', () => {
  const client = compactClient();
  client.addBuiltinCommand('json.get');
  expect(client.pipeline()).toHaveProperty('json.get');
});
