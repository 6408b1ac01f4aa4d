import { OverloadedError } from '@redis-resilience/core';
import { createOutbox, type Outbox, type OutboxOptions } from '@redis-resilience/fallback/outbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UnhandledRejections } from '../../integration/stage/unhandled-rejections.ts';
import { bringBack, stage, takeDown, type Stage } from '../stage.ts';

const entryBytes = 200; // bytes that the outbox adds to the arguments

async function outboxAway(
  options: OutboxOptions,
): Promise<{ here: Stage; outbox: Outbox; dropped: number[] }> {
  const here = await stage();
  const outbox = createOutbox(here.resilience, options);
  onTestFinished(() => outbox.close());
  const dropped: number[] = [];
  outbox.on('dropped', () => dropped.push(outbox.size));
  await takeDown(here);
  return { here, outbox, dropped };
}

const text = (bytes: number): string => 'x'.repeat(bytes);

async function keysIn({ server }: Stage): Promise<readonly string[]> {
  return ((await server.command('KEYS', '*')) as string[]).toSorted();
}

describe('a full outbox', () => {
  it('keeps within maxBytes when a larger write replaces the oldest one', async () => {
    const maxBytes = 2 * (entryBytes + 1000) + 10;
    const { here, outbox, dropped } = await outboxAway({ maxBytes, whenFull: 'oldest' });
    await outbox.add('set', ['a', text(1000)]);
    await outbox.add('set', ['b', text(1000)]);
    await outbox.add('set', ['a', text(1800)]);
    expect(outbox.bytes).toBeLessThanOrEqual(maxBytes);
    expect(dropped).toHaveLength(1);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    expect(await keysIn(here)).toEqual(['a']); // `b` was dropped, and the older write to `a` replaced
  });

  it('drops nothing for a write that would not fit even then', async () => {
    const { here, outbox, dropped } = await outboxAway({ maxBytes: 3000, whenFull: 'oldest' });
    for (const key of ['a', 'b', 'c']) await outbox.add('set', [key, 'value']);
    const tooLarge = outbox.add('set', ['d', text(5000)]);
    await expect(tooLarge).rejects.toThrow(OverloadedError);
    await expect(tooLarge).rejects.toThrow(/larger than the option maxBytes/);
    expect(outbox.size).toBe(3);
    expect(dropped).toEqual([]);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    expect(await keysIn(here)).toEqual(['a', 'b', 'c']);
  });

  it.each(['reject', 'oldest', 'newest'] as const)(
    'still merges a write into a pending one with whenFull %s',
    async (whenFull) => {
      const { here, outbox, dropped } = await outboxAway({ maxEntries: 2, whenFull });
      for (const key of ['a', 'b', 'a', 'b', 'a']) {
        await expect(outbox.add('incr', [key])).resolves.toMatchObject({ state: 'kept' });
      }
      expect(dropped).toEqual([]);
      await bringBack(here);
      await outbox.drain({ timeoutMs: 5000 });
      await expect(here.server.command('MGET', 'a', 'b')).resolves.toEqual(['3', '2']);
    },
  );

  it('keeps a write on its own when the one to merge it into has to be dropped', async () => {
    const maxBytes = 2 * (entryBytes + 1000);
    const { here, outbox, dropped } = await outboxAway({ maxBytes, whenFull: 'oldest' });
    await outbox.add('hset', ['a', 'one', text(900)]);
    await outbox.add('set', ['b', text(900)]);
    await outbox.add('hset', ['a', 'two', text(600)]);
    expect(outbox.bytes).toBeLessThanOrEqual(maxBytes);
    expect(dropped).toHaveLength(1);
    await bringBack(here);
    await outbox.drain({ timeoutMs: 5000 });
    await expect(here.server.command('HKEYS', 'a')).resolves.toEqual(['two']);
    expect(await keysIn(here)).toEqual(['a', 'b']);
  });
});

it('a write to a full outbox, or a drain, that nobody awaits is no unhandled rejection', async () => {
  using rejections = new UnhandledRejections();
  const { outbox } = await outboxAway({ maxEntries: 1 });
  await outbox.add('set', ['a', '1']);
  void outbox.add('set', ['b', '1']);
  void outbox.drain({ timeoutMs: 50 });
  await expect(outbox.add('set', ['c', '1'])).rejects.toBeInstanceOf(OverloadedError);
  await expect(outbox.drain({ timeoutMs: 50 })).rejects.toMatchObject({ outcome: 'unknown' });
  expect(await rejections.list()).toEqual([]);
});
