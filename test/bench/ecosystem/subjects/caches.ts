import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv-6';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import type { Stage, Subject } from '../subject.js';
import { nodeRedisOf } from './node-redis-front.js';

// @keyv/redis creates a node-redis client of its own, which is what `plain` means here. For `as-is`, Keyv
// gets a node-redis client on top of the protected connection.
function storeOf(stage: Stage): { store: never; close: () => Promise<unknown> } {
  const { way, url, resilience } = stage;
  const front = way === 'as-is' ? nodeRedisOf(stage) : undefined;
  const store =
    way === 'helper' ? createKeyvStore(resilience) : new KeyvRedis((front?.client ?? url) as never);
  (store as { on(event: string, listener: () => void): unknown }).on('error', () => undefined);
  return {
    store: store as never,
    close: () => Promise.resolve(front === undefined ? store.disconnect() : front.close()),
  };
}

function roundTrip(
  stage: Stage,
  { get, set }: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<unknown> },
) {
  return async (i: number) => {
    await set(`k${i % 20}`, i);
    await get(`k${i % 20}`);
    const isLive = await stage.producer.ping().then(
      () => true,
      () => false,
    );
    return isLive ? ('done' as const) : ('fallback' as const);
  };
}

/** Keyv 5. */
export const keyv5: Subject = (stage) => {
  const { store, close } = storeOf(stage);
  const keyv = new Keyv({ store });
  keyv.on('error', () => undefined);
  return {
    call: roundTrip(stage, { get: (key) => keyv.get(key), set: (key, value) => keyv.set(key, value) }),
    close,
  };
};

/** Keyv 6. */
export const keyv6: Subject = (stage) => {
  const { store, close } = storeOf(stage);
  const keyv = new Keyv6({ store });
  keyv.on('error', () => undefined);
  return {
    call: roundTrip(stage, { get: (key) => keyv.get(key), set: (key, value) => keyv.set(key, value) }),
    close,
  };
};

/** cache-manager 7. */
export const manager: Subject = (stage) => {
  const { store, close } = storeOf(stage);
  const cache = createCache({ stores: [new Keyv({ store })] });
  return {
    call: roundTrip(stage, {
      get: (key) => cache.get(key),
      set: (key, value) => cache.set(key, value, 60_000),
    }),
    close,
  };
};

/** cacheable 2. */
export const cacheable: Subject = (stage) => {
  const { store, close } = storeOf(stage);
  const cache = new Cacheable({ secondary: new Keyv({ store }) });
  cache.on('error', () => undefined);
  return {
    call: roundTrip(stage, { get: (key) => cache.get(key), set: (key, value) => cache.set(key, value) }),
    close,
  };
};
