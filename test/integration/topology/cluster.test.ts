import { startCluster, waitFor, type ClusterGroup } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { CallLoop, durationOf, summaryOf } from '../stage/call-loop.ts';
import { LoopLag } from '../stage/loop-lag.ts';
import { errorAtOnce, errorOf, outcomeOf } from '../stage/outcome-of.ts';
import { protectCluster } from '../stage/protect-cluster.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('a Cluster', () => {
  it.concurrent('a primary that is killed is replaced, and each write runs once', async () => {
    await using cluster = await startCluster();
    await using stage = await protectCluster(cluster);
    using unhandled = new UnhandledRejections();
    using lag = new LoopLag();
    let next = 0;
    const loop = new CallLoop(() => stage.client.incr(`visits:${next++}`));
    await loop.untilAnswered(50);

    const victim = await cluster.primaryOf('a');
    await victim.kill();
    await waitFor(() => cluster.primaryOf('a'), { timeoutMs: 10_000 });
    await waitFor(async () => (await stage.client.set('a', '1').catch(() => undefined)) === 'OK', {
      timeoutMs: 8_000,
    });
    await loop.untilAnswered(100);

    await loop.finish();
    expect(Math.max(...loop.calls.map(durationOf))).toBeLessThan(1_000 + slackMs + lag.totalMs);
    expect(loop.failures.length).toBe(loop.errors.length);
    const values = await Promise.all(
      Array.from({ length: next }, (_, index) => stage.client.get(`visits:${index}`).catch(() => 'lost')),
    );
    expect(values.filter((value) => value !== null && value !== '1')).toEqual([]);
    await waitUntilStatus(stage.resilience, 'up');
    expect(await unhandled.list()).toEqual([]);
  });

  it.concurrent('a slot that is moved under load is followed without an error', async () => {
    await using cluster = await startCluster();
    await using stage = await protectCluster(cluster);
    const slot = cluster.keySlot('{shop}');
    const source = await cluster.primaryOf(slot);
    const target = cluster.nodes.slice(0, 3).find((node) => node !== source) as ClusterGroup['nodes'][number];
    let next = 0;
    const loop = new CallLoop(() => stage.client.incr(`{shop}:${next++ % 50}`));
    const pairs = new CallLoop(() => stage.client.mset('{shop}:a', '1', '{shop}:b', '2'), 20);
    await loop.untilAnswered(100);

    const migration = await cluster.startSlotMigration(slot, target);
    await migration.moveKeys(10);
    await loop.untilAnswered(50);
    await migration.finish();
    await loop.untilAnswered(50);

    await Promise.all([loop.finish(), pairs.finish()]);
    expect(loop.failures.map(({ error }) => summaryOf(error))).toEqual([]);
    expect(
      pairs.failures
        .map(({ error }) => summaryOf(error))
        .filter((text) => !/^\w+: (not-applied|unknown)$/.test(text)),
    ).toEqual([]);
    const values = await Promise.all(
      Array.from({ length: 50 }, (_, index) => stage.client.get(`{shop}:${index}`)),
    );
    expect(values.reduce((sum, value) => sum + Number(value), 0)).toBe(next);
  });

  it.concurrent('a redirection costs a plain command one request more', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using stage = await protectCluster(cluster);
    const slot = cluster.keySlot('{shop}');
    const source = await cluster.primaryOf(slot);
    const target = cluster.nodes.find((node) => node !== source) as ClusterGroup['nodes'][number];
    await stage.client.set('{shop}', 'open');
    const migration = await cluster.startSlotMigration(slot, target);
    await migration.moveKeys();
    expect(await stage.client.get('{shop}')).toBe('open');
    const refused = /cmdstat_get:calls=0,.*rejected_calls=(\d+)/;
    expect(refused.exec(String(await source.command('INFO', 'commandstats')))?.[1]).toBe('1');
    await migration.finish();
    expect(await stage.client.get('{shop}')).toBe('open');
  });

  it.concurrent('a primary that hangs is replaced; meanwhile the other slots go on', async () => {
    await using cluster = await startCluster({ config: { 'cluster-require-full-coverage': 'no' } });
    await using stage = await protectCluster(cluster);
    using lag = new LoopLag();
    const victim = await cluster.primaryOf('a');
    const elsewhere = await keyElsewhere(cluster, victim);
    const others = new CallLoop(() => stage.client.set(elsewhere, '1'));
    const own = new CallLoop(() => stage.client.set('a', '1'));
    await own.untilAnswered(20);

    await victim.freeze();
    await waitFor(() => cluster.primaryOf('a'), { timeoutMs: 10_000 });
    await waitFor(async () => (await stage.client.set('a', '2').catch(() => undefined)) === 'OK', {
      timeoutMs: 8_000,
    });

    await Promise.all([others.finish(), own.finish()]);
    const failed = others.failures.map(({ error }) => summaryOf(error));
    expect(failed.length).toBeLessThan(others.calls.length / 4);
    expect(Math.max(...own.calls.map(durationOf))).toBeLessThan(1_000 + slackMs + lag.totalMs);
    victim.thaw();
  });

  it.concurrent('all nodes gone make it down, and their return up again', async () => {
    await using cluster = await startCluster();
    await using stage = await protectCluster(cluster);
    using unhandled = new UnhandledRejections();
    await cluster.killAll();
    await waitUntilStatus(stage.resilience, 'down');
    await errorOf(stage.client.get('a'));
    const error = await errorAtOnce(stage.client.get('a'));
    const pipeline = await outcomeOf(stage.client.pipeline().incr('a').exec());
    await cluster.restartAll();
    await waitUntilStatus(stage.resilience, 'up', 10_000);

    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' });
    expect(pipeline.kind).not.toBe('pending');
    await waitFor(async () => (await stage.client.set('a', '1').catch(() => undefined)) === 'OK');
    expect(await unhandled.list()).toEqual([]);
  });

  it.concurrent(
    'pipelines, MULTI, scripts and applyOnce work, and subscribers are brought back',
    async () => {
      await using cluster = await startCluster();
      await using stage = await protectCluster(cluster);
      const messages: string[] = [];
      stage.client.on('message', (_channel: string, message: string) => messages.push(message));
      await stage.client.subscribe('news');
      const pipeline = await stage.client.pipeline().set('{a}1', '1').incr('{a}1').exec();
      const multi = await stage.client.multi().incr('{a}2').incr('{a}2').exec();
      const once = [
        await stage.resilience.applyOnce('order', 'incrby', 'a', 2),
        await stage.resilience.applyOnce('order', 'incrby', 'a', 2),
      ];
      const victim = await cluster.primaryOf('a');
      await victim.kill();
      await waitFor(() => cluster.primaryOf('a'), { timeoutMs: 10_000 });
      await waitFor(
        async () => {
          await stage.client.publish('news', 'hello').catch(() => undefined);
          return messages.length > 0;
        },
        { timeoutMs: 10_000, intervalMs: 50 },
      );

      expect(pipeline).toEqual([
        [null, 'OK'],
        [null, 2],
      ]);
      expect(multi).toEqual([
        [null, 1],
        [null, 2],
      ]);
      expect(once).toEqual([2, 2]);
    },
  );
});

async function keyElsewhere(cluster: ClusterGroup, node: ClusterGroup['nodes'][number]): Promise<string> {
  for (let index = 0; ; index++) {
    const key = `key:${index}`;
    if ((await cluster.primaryOf(key)) !== node) return key;
  }
}
