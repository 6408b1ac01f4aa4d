import 'reflect-metadata';
import { Get } from '@nestjs/common';
import { ConfigurationError, RedisUnavailableError, WatchLostError } from '@redis-resilience/core';
import { RedisFallback } from '@redis-resilience/nestjs';
import { describe, expect, it } from 'vitest';

class Products {
  failure: Error | undefined;
  readonly database = new Map([['1', 'from the database']]);

  @RedisFallback({ value: [] })
  async list(): Promise<readonly string[]> {
    return this.#give(['from redis']);
  }

  @RedisFallback({ method: 'productFromDatabase' })
  async product(id: string): Promise<string | undefined> {
    return this.#give(`${id} from redis`);
  }

  @RedisFallback(function (this: Products, error, id: string) {
    return `${error.code} ${id} ${this.database.size}`;
  })
  now(id: string): string {
    return this.#give(`${id} now`);
  }

  productFromDatabase(_error: RedisUnavailableError, id: string): string | undefined {
    return this.database.get(id);
  }

  @RedisFallback({ value: 'fallback' })
  @Get('route')
  route(): string {
    return this.#give('route');
  }

  #give<T>(value: T): T {
    if (this.failure) throw this.failure;
    return value;
  }
}

function products(failure?: Error): Products {
  return Object.assign(new Products(), { failure });
}

describe('RedisFallback', () => {
  const away = new RedisUnavailableError('away');

  it('is not asked while Redis works', async () => {
    await expect(products().list()).resolves.toEqual(['from redis']);
    await expect(products().product('1')).resolves.toBe('1 from redis');
    expect(products().now('1')).toBe('1 now');
  });

  it('answers with a value', async () => {
    await expect(products(away).list()).resolves.toEqual([]);
  });

  it('answers with another method, which gets the error and the arguments', async () => {
    await expect(products(away).product('1')).resolves.toBe('from the database');
  });

  it('answers with a function, also for a method that is not asynchronous', () => {
    expect(products(away).now('1')).toBe('REDIS_UNAVAILABLE 1 1');
  });

  it.each([
    new Error('a bug'),
    new ConfigurationError('a wrong option'),
    new WatchLostError('the guard of the transaction is gone'),
  ])('lets %s pass', async (error) => {
    await expect(products(error).list()).rejects.toBe(error);
    expect(() => products(error).now('1')).toThrow(error);
  });

  it('refuses the name of a method that does not exist', () => {
    expect(() => {
      class Wrong {
        @RedisFallback({ method: 'fromDatabse' })
        product() {}
        fromDatabase() {}
      }
      return Wrong;
    }).toThrow(ConfigurationError);
  });

  it('keeps the name and the metadata of the method', () => {
    const route = Object.getOwnPropertyDescriptor(Products.prototype, 'route')?.value as () => string;
    expect(route.name).toBe('route');
    expect(Reflect.getMetadata('path', route)).toBe('route');
  });
});
