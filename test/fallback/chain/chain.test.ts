import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChain, createOutbox, fileSource, mapSource, redisSource } from '@redis-resilience/fallback';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bringBack, stage, takeDown, timed } from '../stage.ts';

describe('a chain', () => {
  it('reads Redis first, then the other sources in their order', async () => {
    const here = await stage();
    const chain = createChain(
      here.resilience,
      [new Map([['a', '1']]), new Map([['b', '2']])].map((map, i) => mapSource(map, `map ${i}`)),
    );
    await here.server.command('SET', 'c', '3');
    await expect(chain.lookup('a')).resolves.toEqual({ value: '1', source: 'map 0', stale: false });
    await expect(chain.lookup('b')).resolves.toEqual({ value: '2', source: 'map 1', stale: false });
    await expect(chain.lookup('c')).resolves.toEqual({ value: '3', source: 'redis', stale: false });
    await expect(chain.get('d')).resolves.toBeUndefined();
  });

  it('answers from a file what Redis said before the outage, also after a restart of the process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chain-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'deep', 'flags.json');
    const here = await stage();
    await here.server.command('SET', 'flag:checkout', 'on');
    const chain = createChain(here.resilience, [fileSource(path)], { prefix: 'flag:' });
    await expect(chain.get('checkout')).resolves.toBe('on');
    await waitFor(async () => (await fileSource(path).get('checkout')) === 'on');
    await takeDown(here);
    const restarted = createChain(here.resilience, [fileSource(path)], { prefix: 'flag:' });
    await expect(restarted.lookup('checkout')).resolves.toEqual({ value: 'on', source: 'file', stale: true });
  });

  it('answers from another Redis within 300 ms while the first is frozen', async () => {
    const here = await stage();
    const second = await startRedis();
    onTestFinished(() => second.stop());
    const client = new Redis(second.port, second.host);
    onTestFinished(() => client.disconnect());
    await client.set('copy:key', 'second');
    const chain = createChain(here.resilience, [redisSource(client, { prefix: 'copy:', name: 'second' })]);
    await here.server.freeze();
    const { ms, value } = await timed(() => chain.lookup('key'));
    expect(value).toEqual({ value: 'second', source: 'second', stale: true });
    expect(ms).toBeLessThan(300);
    here.server.thaw();
  });

  it('passes over a source that fails, and tells', async () => {
    const { resilience } = await stage();
    const broken = { name: 'broken', get: () => Promise.reject(new Error('broken')), set: undefined };
    const chain = createChain(resilience, [broken, mapSource(new Map([['key', 'value']]))]);
    const told: unknown[] = [];
    chain.on('source-error', ({ source }) => told.push(source));
    await expect(chain.get('key')).resolves.toBe('value');
    expect(told).toEqual(['broken']);
  });

  it('refuses to write while Redis is away, or keeps the write in an outbox', async () => {
    const here = await stage();
    const map = new Map<string, string>();
    const outbox = createOutbox(here.resilience);
    onTestFinished(() => outbox.close());
    const strict = createChain(here.resilience, [mapSource(map)]);
    const keeping = createChain(here.resilience, [mapSource(map)], { outbox });
    await takeDown(here);
    await expect(strict.set('key', '1')).rejects.toThrow(/Redis|redis/);
    expect(map.size).toBe(0);
    await keeping.set('key', '2');
    await expect(keeping.get('key')).resolves.toBe('2');
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('GET', 'key')).resolves.toBe('2');
  });
});
