import { inspect } from 'node:util';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { createRequestGuard } from '@redis-resilience/core/http';
import { afterEach, describe, expect, it } from 'vitest';

let resilience: RedisResilience;
const open = () =>
  (resilience = createRedisResilience({ host: 'localhost', lazyConnect: true }, { logger: false }));
afterEach(() => resilience.close());

const objects = [
  { written: 'resilience', make: open, prefix: 'resilience' },
  { written: 'redisGuard', make: () => createRequestGuard(open()), prefix: 'redisGuard.resilience' },
];

describe.each(objects)('$written, taken for a client,', ({ written, make, prefix }) => {
  it.each([
    ['get', `${written}.client.get(…)`],
    ['hset', `${written}.client.hset(…)`],
    ['config', `${written}.client.config(…)`],
    ['subscribe', `${written}.client.subscribe(…)`],
    ['pipeline', `${written}.client.pipeline(…)`],
    ['quit', 'await resilience.close(), when the process ends'],
    ['once', `const stop = ${prefix}.on(event, listener)`],
  ])('answers %s() with the line to write', (name, line) => {
    const taken = make() as unknown as Record<string, (...args: unknown[]) => unknown>;
    expect(() => taken[name]?.('views')).toThrow(
      `${written} is not a client, and has no ${name}(). Write ${line}.`,
    );
  });

  it.each([
    ['isReady', `${prefix}.snapshot().status === 'up'`],
    ['options', `${written}.client.options`],
  ])('answers %s with the line to write', (name, line) => {
    const taken = make() as unknown as Record<string, unknown>;
    expect(() => taken[name]).toThrow(`${written} is not a client, and has no ${name}. Write ${line}.`);
    expect(Object.assign(taken, { [name]: 1 })[name]).toBe(1);
  });

  it('has the methods of its own, and shows and resolves to what it did', async () => {
    const object = make() as unknown as object;
    expect(await Promise.resolve(object)).toBe(object);
    expect('then' in object).toBe(false);
    expect(
      ['duplicate', 'defineCommand', 'sendCommand', 'toString'].filter((name) => name in object),
    ).toEqual(['toString']);
    const inherited: string[] = [];
    for (const name in object) if (!Object.hasOwn(object, name)) inherited.push(name);
    expect(inherited).toEqual([]);
    expect(`${inspect(object)}${JSON.stringify(object)}`).not.toMatch(/getrange|complex prototype/i);
    expect(object).toBeInstanceOf(Object);
  });
});

it('a resilience, taken for a client, answers status with the line to write', () => {
  expect(() => (open() as unknown as { status: string }).status).toThrow(
    'resilience is not a client, and has no status. Write resilience.snapshot().status.',
  );
});

it('a type checker reports a command on a resilience', () => {
  // @ts-expect-error: a type checker rejects this call, too
  expect(() => open().get('views')).toThrow('resilience.client.get(…)');
});
