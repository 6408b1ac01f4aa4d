import { EventEmitter } from 'node:events';
import { ManualClock } from '@redis-resilience/testing';
import type { Cluster } from 'ioredis';
import { expect, it } from 'vitest';
import { paceSubscriber } from '../../../packages/core/src/ioredis/cluster/pace-subscriber.ts';

/** A cluster client of three nodes, each of which refuses at once to be chosen for subscriptions. */
function stage() {
  const clock = new ManualClock({ nowMs: 1_000 });
  const chosenAt: number[] = [];
  const subscriber = {
    isOn: true,
    isStarted: (): boolean => subscriber.isOn,
    getInstance: () => null,
    selectSubscriber: (): void => {
      chosenAt.push(clock.now());
      if (chosenAt.length < 1_000) subscriber.selectSubscriber();
    },
  };
  const cluster = Object.assign(new EventEmitter(), { subscriber, nodes: () => [1, 2, 3] });
  paceSubscriber(cluster as unknown as Cluster, clock);
  return { clock, chosenAt, subscriber, cluster };
}

it('a cluster client whose nodes refuse its subscriptions asks each of them once in 100 ms', () => {
  const { clock, chosenAt, subscriber } = stage();
  subscriber.selectSubscriber();
  expect(chosenAt).toEqual([1_000, 1_000, 1_000]);
  clock.travel(250);
  expect(chosenAt.slice(3)).toEqual([1_100, 1_100, 1_100, 1_200, 1_200, 1_200]);
});

it('a cluster client that has ended chooses no node for its subscriptions', () => {
  const { clock, chosenAt, subscriber, cluster } = stage();
  subscriber.selectSubscriber();
  cluster.emit('end');
  expect(clock.pendingTimers).toBe(0);
  clock.travel(1_000);
  expect(chosenAt).toHaveLength(3);
});
