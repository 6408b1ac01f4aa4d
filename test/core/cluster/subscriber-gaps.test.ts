import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { SubscriberGaps } from '../../../packages/core/src/cluster/subscribers/subscriber-gaps.ts';
import type { NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';

it('a gap lasts from the last sign of life until the next connection has the subscriptions', async () => {
  const { clock, gaps, told, subscriber, asked } = start();
  gaps.lost(subscriber(['news'], ['a*', 'b*']), 900);
  clock.travel(500);
  await gaps.found(subscriber());
  expect(told).toEqual([{ kind: 'gap', gapMs: 600, channels: 3 }]);
  expect(asked).toEqual(['subscribe news', 'psubscribe a*,b*']);
  await gaps.found(subscriber());
  expect(told).toHaveLength(1);
});

it('a connection that is lost before it has the subscriptions is part of the gap', async () => {
  const { clock, gaps, told, subscriber } = start();
  gaps.lost(subscriber(['news']), 900);
  await gaps.found(subscriber([], [], new Error('lost')));
  gaps.lost(subscriber(), 1_000);
  clock.travel(1_000);
  await gaps.found(subscriber());
  expect(told).toEqual([{ kind: 'gap', gapMs: 1_100, channels: 1 }]);
});

it('there is no gap without subscriptions', async () => {
  const { gaps, told, subscriber, asked } = start();
  gaps.lost(subscriber(), 900);
  await gaps.found(subscriber());
  expect([told, asked]).toEqual([[], []]);
});

function start() {
  const clock = new ManualClock({ nowMs: 1_000 });
  const told: unknown[] = [];
  const asked: string[] = [];
  const gaps = new SubscriberGaps(clock, (news) => told.push(news));
  const subscriber = (
    subscribe: readonly string[] = [],
    psubscribe: readonly string[] = [],
    failure?: Error,
  ): NodeDriver =>
    ({
      subscriptions: () => ({ subscribe, psubscribe, ssubscribe: [] }),
      ask: (name: string, channels: readonly string[]) => {
        if (failure !== undefined) return Promise.reject(failure);
        asked.push(`${name} ${channels.join(',')}`);
        return Promise.resolve(channels.length);
      },
    }) as unknown as NodeDriver;
  return { clock, told, asked, gaps, subscriber };
}
