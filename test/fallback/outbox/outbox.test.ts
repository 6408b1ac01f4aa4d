import { channel } from 'node:diagnostics_channel';
import { ConfigurationError, OverloadedError, systemClock } from '@redis-resilience/core';
import { createOutbox, type Outbox, type OutboxOptions } from '@redis-resilience/fallback/outbox';
import { startProxy, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { became, bringBack, connect, stage, takeDown, type Stage } from '../stage.ts';

function outboxOn({ resilience }: Stage, options: OutboxOptions = {}): Outbox {
  const outbox = createOutbox(resilience, options);
  onTestFinished(() => outbox.close());
  return outbox;
}

describe('an outbox while Redis is up', () => {
  it('applies a write at once and gives the reply', async () => {
    const here = await stage();
    const outbox = outboxOn(here);
    await expect(outbox.add('hincrby', ['views', 'a', 2])).resolves.toMatchObject({
      state: 'applied',
      reply: 2,
    });
    await expect(outbox.add('SET', ['key', 'value'])).resolves.toMatchObject({
      state: 'applied',
      reply: 'OK',
    });
    expect(outbox.size).toBe(0);
  });

  it('gives the refusal of the server to the caller', async () => {
    const here = await stage();
    await here.server.command('SET', 'key', 'text');
    await expect(outboxOn(here).add('incr', ['key'])).rejects.toThrow(/not an integer/);
  });

  it('applies writes with the same id once', async () => {
    const here = await stage();
    const outbox = outboxOn(here);
    for (let time = 0; time < 3; time++) await outbox.add('incr', ['n'], { id: 'order-1' });
    await expect(here.server.command('GET', 'n')).resolves.toBe('1');
  });
});

describe('an outbox while Redis is away', () => {
  it('keeps writes and applies them in order per key when Redis is back', async () => {
    const here = await stage();
    const outbox = outboxOn(here);
    await takeDown(here);
    for (let i = 0; i < 20; i++) await outbox.add('rpush', ['list', i]);
    await outbox.add('sadd', ['set', 'member']);
    expect(outbox.size).toBe(21);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('LRANGE', 'list', 0, -1)).resolves.toEqual(
      Array.from({ length: 20 }, (_, i) => String(i)),
    );
    await expect(here.server.command('SCARD', 'set')).resolves.toBe(1);
  });

  it('keeps only the last of writes that overwrite each other', async () => {
    const here = await stage();
    const outbox = outboxOn(here);
    await takeDown(here);
    await outbox.add('rpush', ['key', 'gone']);
    for (let i = 0; i < 100; i++) await outbox.add('set', ['key', i]);
    await outbox.add('set', ['other', 1]);
    await outbox.add('del', ['other']);
    expect(outbox.size).toBe(2);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('GET', 'key')).resolves.toBe('99');
    await expect(here.server.command('EXISTS', 'other')).resolves.toBe(0);
  });

  it('merges sums, fields and expiries, and keeps the order of writes that do not commute', async () => {
    const here = await stage();
    const outbox = outboxOn(here);
    await takeDown(here);
    for (let i = 0; i < 50; i++) {
      await outbox.add('incr', ['n']);
      await outbox.add('decrby', ['n', 3]);
      await outbox.add('hincrby', ['views', `id:${i % 5}`, 1]);
      await outbox.add('hset', ['user', 'name', i, 'age', i]);
    }
    expect(outbox.size).toBe(1 + 5 + 1);
    await outbox.add('hincrby', ['user', 'age', 1]);
    await outbox.add('hset', ['user', 'age', 7]);
    expect(outbox.size).toBe(9);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('GET', 'n')).resolves.toBe('-100');
    await expect(here.server.command('HGET', 'views', 'id:3')).resolves.toBe('10');
    await expect(here.server.command('HGETALL', 'user')).resolves.toEqual(['name', '49', 'age', '7']);
  });

  it('lets nothing live longer for having waited', async () => {
    const here = await stage();
    // According to its clock, the outbox writes everything ten seconds in the past.
    const clock = { ...systemClock, wallNow: () => Date.now() - 10_000 };
    const outbox = outboxOn(here, { clock });
    await takeDown(here);
    await outbox.add('set', ['brief', 'value', 'PX', 100]);
    await outbox.add('setex', ['long', 100, 'value']);
    await outbox.add('hset', ['hash', 'field', 1]);
    await outbox.add('expire', ['hash', 50]);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('EXISTS', 'brief')).resolves.toBe(0);
    const [long, hash] = [
      await here.server.command('PTTL', 'long'),
      await here.server.command('PTTL', 'hash'),
    ];
    expect([Math.ceil(Number(long) / 10_000), Math.ceil(Number(hash) / 10_000)]).toEqual([9, 4]);
  });

  it('counts a write once that was sent when the connection broke', async () => {
    const here = await stage();
    const outbox = outboxOn(here, { addTimeoutMs: 50 });
    await here.server.freeze();
    await expect(outbox.add('incr', ['n'])).resolves.toMatchObject({ state: 'kept' });
    await outbox.add('incr', ['n']);
    await became(here.resilience, 'down');
    here.server.thaw();
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('GET', 'n')).resolves.toBe('2');
  });

  it('counts each write once through a connection that is reset all the time', async () => {
    const { server } = await stage();
    const proxy = await startProxy({ target: server });
    onTestFinished(() => proxy.close());
    const resilience = connect(proxy.url);
    const outbox = createOutbox(resilience);
    onTestFinished(() => outbox.close());
    const stop = proxy.resetEvery({ minMs: 20, maxMs: 80 });
    for (let round = 0; round < 60; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, i) => outbox.add('incr', [`n:${i}`])));
    }
    stop();
    await outbox.drain({ timeoutMs: 10_000 });
    const values = await resilience.client.mget(Array.from({ length: 20 }, (_, i) => `n:${i}`));
    expect(new Set(values)).toEqual(new Set(['60']));
  });

  it('tries a write again that the server refuses for now', async () => {
    const here = await stage({ config: { maxmemory: '0', 'maxmemory-policy': 'noeviction' } });
    const outbox = outboxOn(here);
    await here.server.command('CONFIG', 'SET', 'maxmemory', '1mb');
    await expect(outbox.add('rpush', ['list', 'value'])).resolves.toMatchObject({ state: 'kept' });
    await here.server.command('CONFIG', 'SET', 'maxmemory', '0');
    await outbox.drain({ timeoutMs: 8000 });
    await expect(here.server.command('LLEN', 'list')).resolves.toBe(1);
  });

  it('fails to drain once it is closed, instead of waiting for ever', async () => {
    const here = await stage();
    const outbox = createOutbox(here.resilience);
    await takeDown(here);
    await outbox.add('set', ['key', 1]);
    const draining = outbox.drain().catch((error: unknown) => error);
    await outbox.close();
    expect(await draining).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'closed' });
    await expect(outbox.drain()).rejects.toMatchObject({ reason: 'closed' });
  });
});

describe('an outbox that is full or closed', () => {
  it('refuses a write that is too much, by count and by bytes', async () => {
    const here = await stage();
    const outbox = outboxOn(here, { maxEntries: 3, maxBytes: 10_000 });
    await takeDown(here);
    for (const key of ['a', 'b', 'c']) await outbox.add('set', [key, 1]);
    await expect(outbox.add('set', ['d', 1])).rejects.toBeInstanceOf(OverloadedError);
    await expect(outbox.add('set', ['a', 'x'.repeat(20_000)])).rejects.toBeInstanceOf(OverloadedError);
    await expect(outbox.add('set', ['a', 2])).resolves.toMatchObject({ state: 'kept' });
  });

  it.each([
    ['oldest', ['b', 'c', 'd']],
    ['newest', ['a', 'b', 'c']],
  ] as const)('drops the %s when told to, and tells', async (whenFull, left) => {
    const here = await stage();
    const outbox = outboxOn(here, { maxEntries: 3, whenFull });
    const dropped: unknown[] = [];
    outbox.on('dropped', (event) => dropped.push(event));
    await takeDown(here);
    for (const key of ['a', 'b', 'c', 'd']) await outbox.add('set', [key, 'secret']);
    expect(dropped).toMatchObject([{ reason: 'full', command: 'set' }]);
    expect(JSON.stringify(dropped)).not.toContain('secret');
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(
      here.server.command('KEYS', '*').then((keys) => (keys as string[]).toSorted()),
    ).resolves.toEqual(left);
  });

  it('turns old and refused writes into dead letters that can be read, replayed and discarded', async () => {
    const here = await stage();
    const outbox = outboxOn(here, { maxAgeMs: 200 });
    await here.server.command('SET', 'text', 'not a list');
    await here.server.command('SAVE');
    await takeDown(here);
    await outbox.add('incr', ['old']);
    await waitFor(() => outbox.deadLetters().length === 1);
    await outbox.add('rpush', ['text', 'x']);
    await here.server.start();
    await waitFor(() => outbox.deadLetters().length === 2);
    expect(outbox.deadLetters()).toMatchObject([
      { command: 'incr', args: ['old'], reason: 'expired' },
      { command: 'rpush', args: ['text', 'x'], reason: 'refused', code: 'WRONGTYPE' },
    ]);
    await here.server.command('DEL', 'text');
    await expect(outbox.replay()).resolves.toBe(2);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('GET', 'old')).resolves.toBe('1');
    await expect(here.server.command('LLEN', 'text')).resolves.toBe(1);
    await expect(outbox.discard()).resolves.toBe(0);
  });

  it('gives up an old write that has been tried meanwhile', async () => {
    const here = await stage();
    const outbox = outboxOn(here, { maxAgeMs: 1_000 });
    await takeDown(here);
    await outbox.add('incr', ['old']);
    await waitFor(() => outbox.deadLetters().length === 1, { timeoutMs: 15_000 });
    expect(outbox.deadLetters()).toMatchObject([{ command: 'incr', reason: 'expired' }]);
    expect(outbox.size).toBe(0);
  });

  it('tells which writes it loses when it is closed, and publishes on the diagnostics channel', async () => {
    const here = await stage();
    const outbox = outboxOn(here);
    const messages: { type?: string; connection?: string }[] = [];
    const listener = (message: unknown): void => {
      messages.push(message as object);
    };
    channel('redis-resilience:outbox').subscribe(listener);
    onTestFinished(() => {
      channel('redis-resilience:outbox').unsubscribe(listener);
    });
    await takeDown(here);
    await outbox.add('set', ['key', 'value'], { id: 'order of anna@example.com' });
    await outbox.close();
    expect(JSON.stringify(messages)).not.toContain('anna');
    expect(messages).toMatchObject([
      { type: 'kept', connection: 'default', size: 1 },
      { type: 'dropped', reason: 'closed' },
    ]);
    await expect(outbox.add('set', ['key', 'value'])).rejects.toThrow(/closed/);
  });
});

describe('an outbox', () => {
  it.each([
    ['get', ['key']],
    ['set', ['lock', 'me', 'NX', 'PX', 1000]],
    ['set', ['key', 'value', 'GET']],
    ['del', ['a', 'b']],
    ['mset', ['a', 1, 'b', 2]],
    ['eval', ['return 1', 0]],
    ['blpop', ['queue', 0]],
    ['flushall', []],
    ['incr', []],
    ['set', 'key'],
    [['set'], ['key', 'value']],
  ])('refuses %s %j', async (command, args) => {
    const outbox = outboxOn(await stage());
    const add = outbox.add.bind(outbox) as (...given: unknown[]) => Promise<unknown>;
    await expect(add(command, args)).rejects.toBeInstanceOf(ConfigurationError);
  });
});

describe('createOutbox', () => {
  it('names the nearest option', async () => {
    const { resilience } = await stage();
    expect(() => createOutbox(resilience, { maxEntrys: 5 } as OutboxOptions)).toThrow(
      /Did you mean maxEntries/,
    );
  });
});
