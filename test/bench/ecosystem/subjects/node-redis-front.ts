import 'reflect-metadata';
import KeyvRedis from '@keyv/redis';
import { CACHE_MANAGER, CacheModule } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Cache } from 'cache-manager';
import { Repository, Schema } from 'redis-om';
import * as redis from 'redis';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import type { Stage, Subject } from '../subject.js';

/** A node-redis client, either plain or on top of the protected connection. */
export interface NodeRedis {
  readonly client: {
    readonly isOpen: boolean;
    on(event: 'error', listener: () => void): unknown;
    connect(): Promise<unknown>;
    destroy(): void;
  };
  close(): unknown;
}

/** Creates a node-redis client that connects by itself: a plain one, or one on top of the protected connection. */
export function nodeRedisOf({ way, url, resilience }: Stage): NodeRedis {
  const client: NodeRedis['client'] =
    way === 'plain' ? redis.createClient({ url }) : createNodeRedisClient(resilience, redis);
  client.on('error', () => undefined);
  client.connect().catch(() => undefined);
  return { client, close: () => client.isOpen && client.destroy() };
}

/** redis-om: saves an entity as a hash, and fetches it. */
export const redisOm: Subject = (stage) => {
  const { client, close } = nodeRedisOf(stage);
  const albums = new Repository(
    new Schema('album', { year: { type: 'number' } }, { dataStructure: 'HASH' }),
    client as never,
  );
  return {
    call: async (i) => {
      await albums.save(`a${i % 20}`, { year: i });
      await albums.fetch(`a${i % 20}`);
      return 'done';
    },
    close: () => Promise.resolve(close()),
  };
};

/** Nest's cache module with the store from its documentation, @keyv/redis. */
export const nestCache: Subject = async (stage) => {
  const front = stage.way === 'as-is' ? nodeRedisOf(stage) : undefined;
  const store =
    stage.way === 'helper'
      ? createKeyvStore(stage.resilience)
      : new KeyvRedis((front?.client ?? stage.url) as never);
  (store as { on(event: string, listener: () => void): unknown }).on('error', () => undefined);
  class App {}
  Module({ imports: [CacheModule.register({ stores: [store as never] })] })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const cache = app.get<Cache>(CACHE_MANAGER);
  return {
    call: async (i) => {
      await cache.set(`k${i % 20}`, i, 60_000);
      const value = await cache.get(`k${i % 20}`);
      return value === i ? 'done' : 'fallback';
    },
    close: async () => {
      await app.close();
      front?.close();
    },
  };
};
