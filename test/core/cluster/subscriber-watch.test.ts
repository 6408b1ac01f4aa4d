import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import type { ClusterNode } from '../../../packages/core/src/cluster/nodes/cluster-node.ts';
import {
  SubscriberWatch,
  type SubscriberNews,
} from '../../../packages/core/src/cluster/subscribers/subscriber-watch.ts';
import type { ClusterDriver, NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';

it('a shard channel that a node gives up without being asked is missed from that moment on', async () => {
  const clock = new ManualClock({ nowMs: 10_000 });
  const standing = new Set(['a', 'b']);
  const cluster = {
    shardChannels: () => ({ wanted: new Set(['a', 'b']), standing }),
  } as unknown as ClusterDriver;
  const told: SubscriberNews[] = [];
  const watch = new SubscriberWatch(cluster, clock, (news) => told.push(news));
  const node = { unansweredCount: () => 0 } as unknown as NodeDriver;
  const read = async (): Promise<void> => {
    watch.onNews({ kind: 'bytes-read' }, node, {} as ClusterNode, 'shard-channels');
    await Promise.resolve();
  };
  await read();
  clock.travel(10);
  standing.delete('b');
  await read();
  expect([told, watch.isIncomplete]).toEqual([[], false]);
  clock.travel(100);
  await read();
  expect([told, watch.isIncomplete]).toEqual([[{ kind: 'channels-lost' }], true]);
  clock.travel(90);
  standing.add('b');
  await read();
  expect([told.slice(1), watch.isIncomplete]).toEqual([[{ kind: 'gap', gapMs: 190, channels: 1 }], false]);
});
