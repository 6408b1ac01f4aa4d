import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { expect, it, vi } from 'vitest';

function idle(): RedisResilience {
  return createRedisResilience({ lazyConnect: true });
}

it('a method that is taken out of a resilience is the same function each time, and works', () => {
  const resilience = idle();
  const { snapshot } = resilience;
  expect(snapshot()).toBe(resilience.snapshot());
  expect(resilience.snapshot).toBe(snapshot);
  expect(idle().snapshot).not.toBe(snapshot);
});

it('a copy of a resilience made by spreading has its methods', () => {
  const resilience = idle();
  const copy = { ...resilience, isolate: () => () => undefined };
  expect(copy.snapshot()).toBe(resilience.snapshot());
  expect(Object.keys(resilience)).toEqual(expect.arrayContaining(['client', 'snapshot', 'execute', 'close']));
});

it('a proxy of a resilience, and an object that inherits from it, have its methods', () => {
  const resilience = idle();
  const proxy = new Proxy(resilience, {});
  const heir = Object.create(resilience) as RedisResilience;
  expect([proxy.snapshot(), heir.snapshot()]).toEqual([resilience.snapshot(), resilience.snapshot()]);
});

it('a method can be replaced, and spied on', () => {
  const resilience = idle();
  const spy = vi.spyOn(resilience, 'snapshot');
  expect(resilience.snapshot().connection).toBe('idle');
  expect(spy).toHaveBeenCalledOnce();
  const other = idle();
  const detail = other.detail();
  other.detail = () => ({ ...detail, waiting: 7 });
  expect(other.detail().waiting).toBe(7);
});

it('a resilience makes a method of its own only when that method is read', () => {
  const resilience = idle();
  const made = (): string[] =>
    Object.getOwnPropertySymbols(resilience)
      .map((key) => (resilience as unknown as Record<symbol, unknown>)[key])
      .flatMap((value) => (value === undefined || value === resilience ? [] : Object.keys(value as object)));
  expect(made()).toEqual([]);
  resilience.history();
  expect(made()).toEqual(['history']);
});
