import { EventEmitter } from 'node:events';
import { ManualClock } from '@redis-resilience/testing';
import type { Cluster } from 'ioredis';
import { expect, it } from 'vitest';
import { chooseSubscriber } from '../../../packages/core/src/ioredis/cluster/choose-subscriber.ts';

/** A Cluster client of three nodes, each of which fails as soon as it is chosen for subscriptions. */
function stage() {
  const clock = new ManualClock({ nowMs: 1_000 });
  const chosenAt: number[] = [];
  const nodes = [1, 2, 3].map((port) => ({ options: { host: 'localhost', port } }));
  const subscriber = {
    isOn: true,
    isStarted: (): boolean => subscriber.isOn,
    getInstance: () => null,
    connectionPool: { getNodes: () => nodes },
    selectSubscriber: (): void => {
      chosenAt.push(clock.now());
      if (chosenAt.length < 1_000) subscriber.selectSubscriber();
    },
  };
  const cluster = Object.assign(new EventEmitter(), { subscriber, nodes: () => nodes });
  chooseSubscriber(
    cluster as unknown as Cluster,
    () => undefined,
    () => false,
    clock,
  );
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

it('a cluster client carries its subscriptions to neither the node that it leaves nor one that is away, if it can', () => {
  const nodes = [1, 2, 3].map((port) => ({ options: { host: 'localhost', port } }));
  const away = new Set<unknown>([nodes[1]]);
  const choosable: unknown[][] = [];
  const subscriber = {
    isStarted: () => true,
    getInstance: () => nodes[0],
    connectionPool: { getNodes: () => nodes },
    selectSubscriber(): void {
      choosable.push(this.connectionPool.getNodes());
    },
  };
  const cluster = Object.assign(new EventEmitter(), { subscriber, nodes: () => nodes });
  chooseSubscriber(
    cluster as unknown as Cluster,
    () => undefined,
    (node) => away.has(node),
    new ManualClock(),
  );
  subscriber.selectSubscriber();
  away.add(nodes[2]);
  subscriber.selectSubscriber();
  expect(choosable).toEqual([[nodes[2]], nodes]);
});
