import { createRandom } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import type { ConnectionOptions } from '../../../packages/core/src/options/options.ts';
import { OrderCheck } from '../../../packages/core/src/socket/order-check.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

describe('the order of answers', () => {
  it.each(['idle', 'load'] as const)(
    'is sound when the text of a PING comes back (%s)',
    async (integrity) => {
      const { wired, check } = await checked(integrity);
      check.ping();
      await wired.travel(10);
      expect(wired.wire.breach).toBeUndefined();
    },
  );

  it.each(['idle', 'load'] as const)('is not when another answer comes (%s)', async (integrity) => {
    const { wired, check } = await checked(integrity);
    const question = wired.send('get', ['a']);
    check.ping();
    wired.link.far.write('$1\r\nx\r\n');
    await wired.travel(10);
    expect(question.outcome()).toBe('x');
    expect(wired.wire.breach).toBe('shifted');
    expect(wired.events).toContain('breached');
  });

  it('is not looked at when integrity is off', async () => {
    const { wired, check } = await checked('off');
    wired.send('get', ['a']);
    check.ping();
    wired.link.far.write('$1\r\nx\r\n');
    await wired.travel(1);
    expect(wired.wire.breach).not.toBe('shifted');
  });

  it('is not doubted by a server that answers PONG whatever the text, or refuses PING', async () => {
    for (const answer of ['+PONG\r\n', '-NOPERM no permission\r\n']) {
      const { wired, check } = await checked('idle');
      check.ping();
      wired.link.far.write(answer);
      await wired.travel(0);
      expect(wired.wire.breach).toBeUndefined();
    }
  });

  it('is due under load after 256 replies and 5 ms, or after one reply and 100 ms', async () => {
    const { wired, check } = await checked('load');
    check.ping();
    await wired.travel(3);
    for (let sent = 0; sent < 300; sent++) wired.send('get', ['a']);
    await wired.travel(2);
    expect([wired.wire.replies, check.isDue]).toEqual([301, true]);
    check.ping();
    wired.send('get', ['a']);
    await wired.travel(50);
    expect(check.isDue).toBe(false);
    await wired.travel(60);
    wired.send('get', ['a']);
    await wired.travel(2);
    expect(check.isDue).toBe(true);
  });

  it('is never due on traffic alone when integrity is idle or off', async () => {
    for (const integrity of ['idle', 'off'] as const) {
      const { wired, check } = await checked(integrity);
      for (let sent = 0; sent < 300; sent++) wired.send('get', ['a']);
      await wired.travel(500);
      expect(check.isDue).toBe(false);
    }
  });
});

async function checked(integrity: ConnectionOptions['integrity'] & string) {
  const wired = await WiredDriver.ready();
  const settings = resolveSettings({
    clock: wired.clock,
    random: createRandom(1),
    connection: { integrity },
  });
  return { wired, check: new OrderCheck(wired.driver, wired.wire, settings) };
}
