import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import type { ClusterNode } from '../../../packages/core/src/cluster/nodes/cluster-node.ts';
import {
  SubscriberWatch,
  type SubscriberNews,
} from '../../../packages/core/src/cluster/subscribers/subscriber-watch.ts';
import type { ClusterDriver, NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';

function start(...channels: readonly string[]) {
  const clock = new ManualClock({ nowMs: 10_000 });
  const node = { unansweredCount: () => 0 } as unknown as NodeDriver;
  const standing = new Map(channels.map((channel) => [channel, node]));
  const ended: (() => void)[] = [];
  const cluster = {
    isReady: true,
    on: (_event, listener) => ended.push(listener),
    shardChannels: () => ({ wanted: new Set(channels), standing }),
  } as Partial<ClusterDriver> as ClusterDriver;
  const told: SubscriberNews[] = [];
  const watch = new SubscriberWatch(cluster, clock, (news) => told.push(news));
  const read = async (): Promise<void> => {
    const connection = { wire: { readAt: clock.now() } };
    watch.onNews({ kind: 'bytes-read' }, node, { connection } as ClusterNode, 'shard-channels');
    await Promise.resolve();
  };
  const end = (): void => {
    for (const listener of ended) listener();
  };
  return { clock, node, standing, told, watch, read, end };
}

it('a shard channel that a node gives up without being asked is missed since the last bytes of before', async () => {
  const { clock, node, standing, told, watch, read } = start('a', 'b');
  await read();
  clock.travel(400);
  standing.delete('b');
  await read();
  expect([told, watch.isIncomplete]).toEqual([[{ kind: 'channels-lost' }], true]);
  clock.travel(90);
  standing.set('b', node);
  await read();
  expect([told.slice(1), watch.isIncomplete]).toEqual([[{ kind: 'gap', gapMs: 490, channels: 1 }], false]);
});

it('a shard channel whose slot has moved is missed since the last bytes of before', async () => {
  const { clock, node, standing, told, watch, read } = start('a');
  await read();
  clock.travel(5_000);
  standing.delete('a');
  watch.checkShards();
  clock.travel(10);
  standing.set('a', node);
  watch.checkShards();
  expect(told).toEqual([{ kind: 'channels-lost' }, { kind: 'gap', gapMs: 5_010, channels: 1 }]);
});

it('bytes shortly after a check are looked at too, if no others follow', async () => {
  const { clock, standing, told, read } = start('a');
  await read();
  clock.travel(10);
  standing.delete('a');
  await read();
  expect(told).toEqual([]);
  clock.travel(90);
  expect(told).toEqual([{ kind: 'channels-lost' }]);
});

it('a cluster client that has ended leaves no check behind', async () => {
  const { clock, standing, told, read, end } = start('a');
  await read();
  clock.travel(10);
  standing.delete('a');
  await read();
  end();
  clock.travel(1_000);
  expect(told).toEqual([]);
});
