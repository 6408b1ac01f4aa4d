import 'reflect-metadata';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { RedisResilience } from '@redis-resilience/core';
import {
  getRedisClientToken,
  getRedisResilienceToken,
  InjectRedis,
  InjectRedisResilience,
  RedisHealthEndpointsModule,
  RedisResilienceModule,
  RedisResilienceRegistry,
  type RedisResilienceModuleOptions,
  type RedisResilienceOptionsFactory,
} from '@redis-resilience/nestjs';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { useRedisServers } from './redis-servers.ts';

const servers = useRedisServers(2);
const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

async function boot(...imports: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>) {
  const app = await Test.createTestingModule({ imports }).compile();
  opened.push(app);
  return app.init();
}

@Injectable()
class Settings implements RedisResilienceOptionsFactory {
  createRedisResilienceOptions(): RedisResilienceModuleOptions {
    return { url: servers[0]?.url };
  }
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Urls {
  readonly url = 'redis://localhost';
}

@Module({ providers: [Urls], exports: [Urls] })
class UrlsModule {}

@Injectable()
class Carts {
  readonly redis: Redis;
  readonly queue: Redis;
  readonly resilience: RedisResilience;

  constructor(
    @InjectRedis() redis: Redis,
    @InjectRedis('queue') queue: Redis,
    @InjectRedisResilience() resilience: RedisResilience,
  ) {
    this.redis = redis;
    this.queue = queue;
    this.resilience = resilience;
  }
}

@Module({ providers: [Carts] })
class CartsModule {}

describe('RedisResilienceModule', () => {
  it('gives every named connection to every module', async () => {
    const app = await boot(
      RedisResilienceModule.forRoot({ url: servers[0]?.url as string }),
      RedisResilienceModule.forRootAsync({
        name: 'queue',
        useFactory: async () => ({ options: { host: '127.0.0.1', port: servers[1]?.port as number } }),
      }),
      CartsModule,
    );
    const carts = app.get(Carts, { strict: false });
    await carts.redis.set('where', 'first');
    await carts.queue.set('where', 'second');
    await expect(servers[0]?.command('GET', 'where')).resolves.toBe('first');
    await expect(servers[1]?.command('GET', 'where')).resolves.toBe('second');
    expect(carts.resilience.name).toBe('default');
    expect(
      app
        .get(RedisResilienceRegistry)
        .all()
        .map(({ name }) => name),
    ).toEqual(['default', 'queue']);
  });

  it.each([
    ['useClass', { useClass: Settings }],
    ['useExisting', { imports: [SettingsModule], useExisting: Settings }],
    [
      'useFactory',
      {
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: (settings: Settings) => settings.createRedisResilienceOptions(),
      },
    ],
  ])('takes its options from %s', async (_how, options) => {
    const app = await boot(RedisResilienceModule.forRootAsync(options));
    await expect(app.get<Redis>(getRedisClientToken()).ping()).resolves.toBe('PONG');
  });

  it('protects a client that somebody else made', async () => {
    const client = new Redis(servers[0]?.url as string);
    const app = await boot(RedisResilienceModule.forRoot({ client }));
    expect(app.get(getRedisClientToken())).toBe(client);
    expect(app.get<RedisResilience>(getRedisResilienceToken()).client).toBe(client);
    await expect(client.ping()).resolves.toBe('PONG');
    await app.close();
    opened.length = 0;
    client.disconnect();
  });

  it('keeps a connection that is not global to those who import it', async () => {
    @Injectable()
    class Stranger {
      constructor(@InjectRedis('private') _redis: Redis) {}
    }
    @Module({ providers: [Stranger] })
    class StrangerModule {}
    const connection = RedisResilienceModule.forRoot({
      name: 'private',
      isGlobal: false,
      client: new Redis({ lazyConnect: true }),
    });
    await expect(boot(connection, StrangerModule)).rejects.toThrow(/RedisClient:private/);
  });

  it('refuses two connections of one name', async () => {
    const url = servers[0]?.url as string;
    const twice = boot(RedisResilienceModule.forRoot({ url }), RedisResilienceModule.forRoot({ url }));
    await expect(twice).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: /default is registered twice/,
    });
  });

  it.each([
    [
      { url: 'redis://localhost', options: { host: 'localhost' } },
      /one of url, options, databases and client/,
    ],
    [{ timeoutMS: 100 }, /timeoutMS.*timeoutMs/],
    [{ uri: 'redis://localhost' }, /uri.*url/],
    ['redis://:hunter2@localhost', /^RedisResilienceModule takes options\. Write forRoot\(\{ url \}\)\.$/],
    [new Redis({ lazyConnect: true }), /Write forRoot\(\{ client \}\)/],
  ])('refuses wrong options: %j', async (options, message) => {
    await expect(
      (async () => boot(RedisResilienceModule.forRoot(options as object)))(),
    ).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(message),
    });
  });

  it('lets a test put its own client in place', async () => {
    const fake = { get: async () => 'fake' };
    const app = await Test.createTestingModule({
      imports: [RedisResilienceModule.forRoot({ url: servers[0]?.url as string })],
    })
      .overrideProvider(getRedisClientToken())
      .useValue(fake)
      .compile();
    opened.push(app);
    expect(app.get(getRedisClientToken())).toBe(fake);
  });

  it('lets a test put its own resilience in place, for guards and health too', async () => {
    const fake = { name: 'default', client: {}, snapshot: () => ({ status: 'down' }) };
    const app = await Test.createTestingModule({
      imports: [RedisResilienceModule.forRoot({ url: 'redis://never.invalid' })],
    })
      .overrideProvider(getRedisResilienceToken())
      .useValue(fake)
      .compile();
    opened.push(app);
    expect(app.get(RedisResilienceRegistry).get()).toBe(fake);
    expect(app.get(getRedisClientToken())).toBe(fake.client);
  });

  it('closes Redis last', async () => {
    const order: string[] = [];
    @Injectable()
    class Worker implements OnApplicationShutdown {
      readonly #redis: Redis;
      constructor(@InjectRedis() redis: Redis) {
        this.#redis = redis;
      }
      async onApplicationShutdown(): Promise<void> {
        order.push(`worker: ${await this.#redis.ping()}`);
      }
    }
    @Module({ providers: [Worker] })
    class WorkerModule {}
    @Module({ imports: [RedisResilienceModule.forRoot({ url: servers[0]?.url as string }), WorkerModule] })
    class AppModule implements OnApplicationShutdown {
      readonly #resilience: RedisResilience;
      constructor(@Inject(getRedisResilienceToken()) resilience: RedisResilience) {
        this.#resilience = resilience;
      }
      async onApplicationShutdown(): Promise<void> {
        order.push(`application: ${await this.#resilience.client.ping()}`);
      }
    }
    const app = await boot(AppModule);
    opened.length = 0;
    const resilience = app.get<RedisResilience>(getRedisResilienceToken());
    resilience.on('closed', () => order.push('redis: closed'));
    await app.close();
    expect(order.toSorted()).toEqual(['application: PONG', 'redis: closed', 'worker: PONG']);
    expect(order.at(-1)).toBe('redis: closed');
    expect(resilience.snapshot()).toMatchObject({ status: 'down', connection: 'ended' });
  });
});

it('a factory that returns nothing, and core options in the place of a target, are told with the line to write', async () => {
  const nothing = RedisResilienceModule.forRootAsync({ useFactory: () => undefined as never });
  await expect(boot(nothing)).rejects.toThrow('returned no options. Write useFactory: () => ({ url }).');
  const both = RedisResilienceModule.forRoot({ url: 'redis://localhost', options: { host: 'cache' } });
  await expect(boot(both)).rejects.toThrow('stand beside it: forRoot({ url, timeoutMs }).');
});

it.each([
  ['nothing', undefined, 'takes a factory. Write forRootAsync({ useFactory: () => ({ url }) })'],
  ['no factory', { name: 'queue' }, 'takes a factory. Write forRootAsync({ useFactory: () => ({ url }) })'],
  ['a value as factory', { useFactory: {} }, 'takes a factory. Write forRootAsync({ useFactory'],
  ['an instance as useClass', { useClass: new Settings() }, 'takes a class, not an instance of it'],
  ['a useClass without the method', { useClass: Urls }, 'Urls has no method createRedisResilienceOptions()'],
  [
    'a useExisting without the method',
    { imports: [UrlsModule], useExisting: Urls },
    'Urls has no method createRedisResilienceOptions()',
  ],
])('forRootAsync() with %s is refused with the line to write', async (_what, options, message) => {
  await expect(
    (async () => boot(RedisResilienceModule.forRootAsync(options as never)))(),
  ).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(message) });
});

it.each<readonly [object, string]>([
  [{ name: 'cache' }, 'Write forRootAsync({ name, useFactory: () => ({ url }) }).'],
  [{ isGlobal: false }, 'Write forRootAsync({ isGlobal, useFactory: () => ({ url }) }).'],
])('%j from a factory, which Nest would ignore, is refused', async (extra, line) => {
  const late = RedisResilienceModule.forRootAsync({
    useFactory: () => ({ options: { lazyConnect: true }, ...extra }),
  });
  await expect(boot(late)).rejects.toThrow(line);
  const same = { name: 'default', options: { lazyConnect: true } } as never;
  await expect(boot(RedisResilienceModule.forRootAsync({ useFactory: () => same }))).resolves.toBeDefined();
});

it('RedisHealthEndpointsModule without forRoot(), which would have no endpoints, is refused', async () => {
  await expect(boot(RedisHealthEndpointsModule)).rejects.toThrow(
    'Write RedisHealthEndpointsModule.forRoot().',
  );
});
