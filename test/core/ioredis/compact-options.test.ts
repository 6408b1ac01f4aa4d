import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redis } from 'ioredis';
import { createRedisResilience } from '@redis-resilience/core';
import { expect, it } from 'vitest';
import { internals } from '../../../packages/core/src/ioredis/internals.ts';
import { compactOptions } from '../../../packages/core/src/ioredis/options/compact-options.ts';
import { keptOptions } from '../../../packages/core/src/ioredis/options/own-options.ts';

/** Whether V8 keeps the properties of an object in fields, not in a hash table. */
function hasFields(object: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  const ask = runInNewContext('(object) => %HasFastProperties(object)') as (object: object) => boolean;
  // V8 compiles `ask` at its first call, so the flag for native syntax must still be set here.
  const answer = ask(object);
  setFlagsFromString('--no-allow-natives-syntax');
  return answer;
}

it.each([
  ['a host', { host: '127.0.0.1', port: 1 }],
  ['a path', { path: '/nowhere' }],
  ['what nobody knows', { host: '127.0.0.1', retryStrategy: undefined, others: [1], connectTimeout: 5 }],
])('the options of a client are the same as before when they are compact (%s)', (_what, given) => {
  const options = { ...given, lazyConnect: true };
  const [plain, compact] = [new Redis(options), new Redis(options)];
  compactOptions(compact);
  expect(hasFields(plain.options)).toBe(false);
  expect(hasFields(compact.options)).toBe(true);
  const all = Object.getOwnPropertyNames(plain.options).toSorted();
  expect(Object.getOwnPropertyNames(compact.options).toSorted()).toEqual(all);
  for (const name of all) {
    const [before, after] = [plain, compact].map((client) => internals(client).options[name]);
    // Options that are functions are different objects in each client, so the source texts are compared.
    expect(String(after)).toBe(String(before));
    const isShown = Object.getOwnPropertyDescriptor(compact.options, name)?.enumerable;
    expect(isShown).toBe(!keptOptions.has(name));
  }
  for (const client of [plain, compact]) client.disconnect();
});

it('a protected client and its duplicates have compact options, which stay so when they connect', async () => {
  const resilience = createRedisResilience({ host: '127.0.0.1', port: 1 });
  const duplicate = resilience.client.duplicate({ db: 2, keyPrefix: 'own:' });
  await expect(resilience.client.get('a')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  expect([resilience.client.options, duplicate.options].map((options) => hasFields(options))).toEqual([
    true,
    true,
  ]);
  expect(duplicate.options).toMatchObject({ db: 2, keyPrefix: 'own:', port: 1 });
  await resilience.close();
});
