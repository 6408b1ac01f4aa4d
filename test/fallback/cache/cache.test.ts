import { ConfigurationError, OverloadedError, type Clock } from '@redis-resilience/core';
import {
  createCache,
  type Cache,
  type CacheOptions,
  type LoadContext,
} from '@redis-resilience/fallback/cache';
import { ManualClock, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { slackMs } from '../../slack.ts';
import { bringBack, connect, stage, takeDown, type Stage } from '../stage.ts';

function cacheOn({ resilience }: Pick<Stage, 'resilience'>, options: CacheOptions = {}): Cache {
  const cache = createCache(resilience, options);
  onTestFinished(() => cache.close());
  return cache;
}

/** Returns a clock that waits in real time, but whose time of day a test can set forward. */
function wallClock() {
  const manual = new ManualClock();
  const clock: Clock = {
    now: () => performance.now() + manual.now(),
    wallNow: () => manual.wallNow(),
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
    setImmediate: (callback) => void setImmediate(callback),
  };
  return { clock, travel: (ms: number) => manual.travel(ms) };
}

function gate<T>() {
  let open: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

describe('getOrLoad', () => {
  it('loads once, then answers from Redis, for another process too', async () => {
    const here = await stage();
    const loader = vi.fn(() => ({ name: 'Chair' }));
    await expect(cacheOn(here).getOrLoad('product:1', loader)).resolves.toEqual({ name: 'Chair' });
    const peer = cacheOn({ resilience: connect(here.server.url) });
    await expect(peer.lookup('product:1', loader)).resolves.toMatchObject({
      value: { name: 'Chair' },
      stale: false,
      source: 'redis',
    });
    expect(loader).toHaveBeenCalledTimes(1);
  });

  it('joins concurrent loads of one key', async () => {
    const cache = cacheOn(await stage());
    const loading = gate<string>();
    const loader = vi.fn(() => loading.promise);
    const answers = Array.from({ length: 50 }, () => cache.getOrLoad('key', loader));
    await waitFor(() => loader.mock.calls.length > 0);
    loading.open('value');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']));
    expect(loader).toHaveBeenCalledTimes(1);
  });

  it('gives the error of the loader to all who wait, and does not keep it', async () => {
    const cache = cacheOn(await stage());
    const loader = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('no database'));
    const answers = [cache.getOrLoad('key', loader), cache.getOrLoad('key', loader)];
    await expect(Promise.allSettled(answers)).resolves.toMatchObject([
      { status: 'rejected', reason: { message: 'no database' } },
      { status: 'rejected' },
    ]);
    loader.mockResolvedValueOnce('value');
    await expect(cache.getOrLoad('key', loader)).resolves.toBe('value');
  });

  it('sets a time to live with jitter', async () => {
    const { server, resilience } = await stage();
    const low = cacheOn({ resilience }, { ttlMs: 10_000, random: () => 0 });
    await low.set('low', 1);
    const high = cacheOn({ resilience }, { ttlMs: 10_000, random: () => 0.9999 });
    await high.set('high', 1);
    expect(await server.command('PTTL', 'cache:low')).toBeLessThanOrEqual(9000);
    expect(await server.command('PTTL', 'cache:high')).toBeGreaterThan(10_500);
  });

  it('keeps a value no longer than its loader says', async () => {
    const { server, resilience } = await stage();
    for (const chance of [0, 0.5, 0.9999]) {
      const cache = cacheOn({ resilience }, { random: () => chance, earlyRefreshBeta: 0 });
      await cache.getOrLoad(`by ${chance}`, ({ keepFor }) => {
        keepFor(10_000);
        return 'value';
      });
      await waitFor(async () => Number(await server.command('PTTL', `cache:by ${chance}`)) > 0);
      expect(await server.command('PTTL', `cache:by ${chance}`)).toBeLessThanOrEqual(10_000);
    }
    const remembering = cacheOn({ resilience }, { negativeTtlMs: 5000 });
    const loader = vi.fn(({ keepFor }: LoadContext) => {
      keepFor(0);
      return null;
    });
    for (let load = 0; load < 2; load++) await remembering.getOrLoad('not to be kept', loader);
    expect(loader).toHaveBeenCalledTimes(2);
  });

  it('does not remember that nothing was found, unless asked to', async () => {
    const here = await stage();
    const loader = vi.fn(() => null);
    const forgetful = cacheOn(here);
    await forgetful.getOrLoad('gone', loader);
    await forgetful.getOrLoad('gone', loader);
    expect(loader).toHaveBeenCalledTimes(2);
    const remembering = cacheOn(here, { negativeTtlMs: 5000 });
    await remembering.getOrLoad('gone', loader);
    await expect(remembering.lookup('gone', loader)).resolves.toMatchObject({ value: null, source: 'redis' });
    expect(loader).toHaveBeenCalledTimes(3);
  });

  it('answers a value past its ttl at once, marked stale, and loads it again meanwhile', async () => {
    const { clock, travel } = wallClock();
    const cache = cacheOn(await stage(), {
      ttlMs: 1000,
      ttlJitterRatio: 0,
      staleWhileRevalidateMs: 5000,
      clock,
    });
    let version = 1;
    const loader = (): number => version++;
    await cache.getOrLoad('key', loader);
    travel(1500);
    await expect(cache.lookup('key', loader)).resolves.toMatchObject({ value: 1, stale: true, ageMs: 1500 });
    await waitFor(async () => {
      const { value, stale } = await cache.lookup('key', loader);
      return value === 2 && !stale;
    });
  });

  it('loads again before the end of the ttl when chance says so', async () => {
    let chance = 0;
    const { clock, travel } = wallClock();
    const cache = cacheOn(await stage(), { ttlMs: 1000, random: () => chance, clock });
    let version = 0;
    const loader = (): number => {
      travel(20);
      return ++version;
    };
    await cache.getOrLoad('key', loader);
    await cache.getOrLoad('key', loader);
    expect(version).toBe(1);
    // -ln(1 - chance) is 36, so a value whose load took 20 ms is refreshed 720 ms early.
    chance = 1 - Number.EPSILON;
    await expect(cache.lookup('key', loader)).resolves.toMatchObject({ value: 1, stale: false });
    travel(300);
    await cache.getOrLoad('key', loader);
    await waitFor(() => version > 1);
  });

  it('counts what it cannot read as a miss, and reports it without the key', async () => {
    const here = await stage();
    const cache = cacheOn(here);
    const reports: unknown[] = [];
    cache.on('corrupt', (report) => reports.push(report));
    await here.server.command('SET', 'cache:header', 'junk');
    await here.server.command('SET', 'cache:value', `rr1v1;me;${Date.now() + 60_000};1\n{broken`);
    await here.server.command('RPUSH', 'cache:type', 'a', 'list');
    for (const key of ['header', 'value', 'type']) {
      await expect(cache.getOrLoad(key, () => key)).resolves.toBe(key);
    }
    expect(reports).toEqual([{ reason: 'header' }, { reason: 'value' }, { reason: 'type' }]);
    await waitFor(async () => (await cache.get('type')) === 'type');
    expect(cache.stats().corrupt).toBe(3);
  });

  it('takes another serialisation', async () => {
    const serializer = {
      serialize: (value: unknown) => Buffer.from([0, Number(value), 255]),
      deserialize: (data: Buffer) => data[1],
    };
    const cache = cacheOn(await stage(), { serializer });
    await cache.set('key', 7);
    await expect(cache.get('key')).resolves.toBe(7);
  });

  it('gives a value to the caller that the serialisation cannot take', async () => {
    const cache = cacheOn(await stage());
    const refused = vi.fn();
    cache.on('not-cached', refused);
    await expect(cache.getOrLoad('key', () => 1n)).resolves.toBe(1n);
    expect(refused).toHaveBeenCalledTimes(1);
  });
});

describe('a cache while Redis is away', () => {
  it('answers from the local copy, marked stale', async () => {
    const here = await stage();
    const cache = cacheOn(here);
    await cache.getOrLoad('key', () => 'value');
    await takeDown(here);
    const loader = vi.fn(() => 'loaded');
    await expect(cache.lookup('key', loader)).resolves.toMatchObject({
      value: 'value',
      stale: true,
      source: 'local',
    });
    expect(loader).not.toHaveBeenCalled();
  });

  it('loads what it has no copy of, and writes it back when Redis is there again', async () => {
    const here = await stage();
    const cache = cacheOn(here);
    await takeDown(here);
    await expect(cache.lookup('key', () => 'loaded')).resolves.toMatchObject({
      stale: false,
      source: 'loader',
    });
    await bringBack(here);
    await waitFor(async () => (await here.server.command('EXISTS', 'cache:key')) === 1);
    const peer = cacheOn({ resilience: connect(here.server.url) });
    await expect(peer.get('key')).resolves.toBe('loaded');
  });

  it('gives Redis back what it lost', async () => {
    const here = await stage();
    // The event `refilled` counts only writes that Redis confirms in time, so the time limit is long.
    const cache = cacheOn(here, { redisTimeoutMs: 4 * slackMs });
    for (let id = 0; id < 120; id++) await cache.set(`key:${id}`, id);
    const refilled = new Promise((resolve) => cache.on('refilled', resolve));
    await takeDown(here);
    await bringBack(here);
    await expect(refilled).resolves.toEqual({ invalidated: 0, written: 120 });
    await expect(here.server.command('DBSIZE')).resolves.toBe(120);
  });

  it('counts all that it gave back when it needed a second try', async () => {
    const { server, resilience } = await stage();
    const cache = cacheOn({ resilience }, { redisTimeoutMs: 4 * slackMs });
    const mayUse = (...keys: string[]) => server.command('ACL', 'SETUSER', 'default', 'resetkeys', ...keys);
    await mayUse();
    for (let id = 0; id < 120; id++) await cache.set(`key:${id}`, id);
    await server.command('ACL', 'LOG', 'RESET');
    const refilled = new Promise((resolve) => cache.on('refilled', resolve));
    // After an outage, the cache writes its local copies back to Redis in batches of 50, newest first.
    await mayUse('~cache:key:1[01]?', '~cache:key:[789]?');
    await waitFor(async () => (await server.command('DBSIZE')) === 50);
    await waitFor(async () => String(await server.command('ACL', 'LOG', '128')).includes('key:69'));
    await mayUse('~*');
    await expect(refilled).resolves.toEqual({ invalidated: 0, written: 120 });
  });

  it('answers with a stale copy when the loader fails, within staleIfErrorMs', async () => {
    const { clock, travel } = wallClock();
    const here = await stage();
    const cache = cacheOn(here, { ttlMs: 1000, staleIfErrorMs: 10_000, clock });
    await cache.set('key', 'value');
    await takeDown(here);
    const failing = (): never => {
      throw new Error('no database');
    };
    travel(5000);
    await expect(cache.lookup('key', failing)).resolves.toMatchObject({ value: 'value', stale: true });
    travel(10_000);
    await expect(cache.lookup('key', failing)).rejects.toThrow('no database');
    await expect(cache.lookup('key', failing, { fallback: () => 'none' })).resolves.toMatchObject({
      value: 'none',
      stale: true,
      source: 'fallback',
    });
  });

  it('does not wait longer for a frozen server than it was told to', async () => {
    const here = await stage();
    const cache = cacheOn(here, { redisTimeoutMs: 100 });
    await cache.getOrLoad('key', () => 'value');
    await here.server.freeze();
    const startedAt = performance.now();
    await expect(cache.lookup('key', () => 'loaded')).resolves.toMatchObject({ value: 'value', stale: true });
    expect(performance.now() - startedAt).toBeLessThan(100 + slackMs);
    here.server.thaw();
  });
});

describe('the loader bulkhead', () => {
  it('never runs more loads at once than it may, and lets others wait', async () => {
    const cache = cacheOn(await stage(), { maxConcurrentLoads: 3 });
    let running = 0;
    let most = 0;
    const loader = async (): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      return running--;
    };
    await Promise.all(Array.from({ length: 30 }, (_, id) => cache.getOrLoad(`key:${id}`, loader)));
    expect(most).toBe(3);
  });

  it('answers with a stale value or the fallback when it is full', async () => {
    const { clock, travel } = wallClock();
    const cache = cacheOn(await stage(), { ttlMs: 1000, maxConcurrentLoads: 1, maxQueuedLoads: 0, clock });
    await cache.getOrLoad('known', () => 'old');
    travel(2000);
    const busy = gate<string>();
    const first = cache.getOrLoad('busy', () => busy.promise);
    await waitFor(() => cache.stats().loading === 1);
    await expect(cache.lookup('known', () => 'new')).resolves.toMatchObject({ value: 'old', stale: true });
    await expect(cache.getOrLoad('unknown', () => 1, { fallback: () => 0 })).resolves.toBe(0);
    await expect(cache.getOrLoad('unknown', () => 1)).rejects.toBeInstanceOf(OverloadedError);
    expect(cache.stats()).toMatchObject({ loads: 2, shed: 2, loadErrors: 0 });
    busy.open('done');
    await first;
  });

  it('keeps the place of a load that nobody waits for any more', async () => {
    const cache = cacheOn(await stage(), { maxConcurrentLoads: 1, loadTimeoutMs: 30 });
    const slow = gate<string>();
    const signals: AbortSignal[] = [];
    const loader = ({ signal }: { readonly signal: AbortSignal }): Promise<string> => {
      signals.push(signal);
      return slow.promise;
    };
    await expect(cache.getOrLoad('slow', loader)).rejects.toBeInstanceOf(OverloadedError);
    await waitFor(() => signals[0]?.aborted === true);
    expect(cache.stats().loading).toBe(1);
    const never = vi.fn(() => 'never');
    await expect(cache.getOrLoad('next', never)).rejects.toBeInstanceOf(OverloadedError);
    slow.open('late');
    await expect(cache.getOrLoad('after', () => 'now')).resolves.toBe('now');
    expect(never).not.toHaveBeenCalled();
    expect(cache.stats()).toMatchObject({ loads: 2, shed: 1 });
  });
});

describe('invalidate', () => {
  it('makes the next lookup load, here and in other processes', async () => {
    const here = await stage();
    const cache = cacheOn(here);
    const peer = cacheOn({ resilience: connect(here.server.url) });
    await cache.set('key', 'old');
    await peer.get('key');
    await expect(cache.invalidate('key')).resolves.toBe('applied');
    await expect(peer.get('key')).resolves.toBeUndefined();
    await expect(cache.getOrLoad('key', () => 'new')).resolves.toBe('new');
  });

  it('does not keep what a load under way brings', async () => {
    const cache = cacheOn(await stage());
    const loading = gate<string>();
    const first = cache.getOrLoad('key', () => loading.promise);
    await waitFor(() => cache.stats().loading === 1);
    await cache.invalidate('key');
    loading.open('old');
    await first;
    await expect(cache.getOrLoad('key', () => 'new')).resolves.toBe('new');
  });

  it('reaches Redis after the outage, and undoes what a peer wrote during it', async () => {
    const { server, resilience } = await stage();
    const peer = cacheOn({ resilience: connect(server.url) });
    const cache = cacheOn({ resilience });
    const putBack = resilience.isolate('cut off');
    await peer.getOrLoad('key', () => 'old');
    await expect(cache.invalidate('key')).resolves.toBe('kept');
    await expect(peer.get('key')).resolves.toBe('old');
    putBack();
    await waitFor(async () => (await peer.get('key')) === undefined);
    await expect(cache.getOrLoad('key', () => 'new')).resolves.toBe('new');
  });

  it('refuses an older value that a peer writes back later', async () => {
    const { server, resilience } = await stage();
    const other = connect(server.url);
    const peer = cacheOn({ resilience: other });
    const cache = cacheOn({ resilience });
    const putBack = other.isolate('cut off');
    await peer.getOrLoad('key', () => 'old'); // the peer now has a copy, which it writes back later
    await peer.getOrLoad('other', () => 'kept');
    await cache.invalidate('key');
    const refilled = new Promise((resolve) => peer.on('refilled', resolve));
    putBack();
    await expect(refilled).resolves.toEqual({ invalidated: 0, written: 1 });
    await expect(cache.get('key')).resolves.toBeUndefined();
    await expect(peer.getOrLoad('key', () => 'new')).resolves.toBe('new');
  });
});

describe('createCache', () => {
  it('names the nearest option', async () => {
    const { resilience } = await stage();
    expect(() => createCache(resilience, { ttl: 5 } as CacheOptions)).toThrow(/Did you mean ttlMs/);
    expect(() => createCache(resilience, { ttlMs: -1 })).toThrow(ConfigurationError);
    expect(() => createCache({} as never)).toThrow(ConfigurationError);
  });
});

it('a value that JSON would turn into something else is told of once, and the caller gets it as it is', async () => {
  class Basket {
    readonly items = 1;
  }
  const { resilience } = await stage();
  const cache = createCache(resilience);
  const messages: string[] = [];
  const note = ({ message }: Error): void => void messages.push(message);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));

  const plain = { list: [{ at: new Date(0) }], missing: null, url: new URL('http://localhost') };
  expect(await cache.getOrLoad('plain', () => plain)).toBe(plain);
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toEqual([]);

  for (const round of [1, 2]) {
    await cache.getOrLoad(`map ${round}`, () => new Map([['a', 1]]));
    await cache.getOrLoad(`set ${round}`, () => ({ tags: new Set(['a']) }));
    await cache.getOrLoad(`bytes ${round}`, () => Buffer.from('a'));
    await cache.getOrLoad(`instances ${round}`, () => [new Basket()]);
  }
  await waitFor(() => messages.length >= 4);
  expect(messages.map((message) => /contains a (\w+)/.exec(message)?.[1])).toEqual([
    'Map',
    'Set',
    'Buffer',
    'Basket',
  ]);
});
