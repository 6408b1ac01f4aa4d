import Bull from 'bull';
import type { Cluster, Redis } from 'ioredis';
import { createRedisResilience } from '@redis-resilience/core';
import { startCluster, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pass } from '../../integration/stage/call-loop.ts';
import { bringBack, stage, takeDown, timed, type Stage } from '../stage.ts';

const config = { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' };
/** Shorter than the 5 s for which a Bull processor pauses after an error, and than the 10 s timeouts of `wait`. */
const soonMs = 3000;

it('a Bull processor that has the client as it is takes jobs at once after Redis was restarted', async () => {
  const played = await stage({ config });
  const { client } = played.resilience;
  const queue = new Bull('mails', {
    createClient: (type) => (type === 'client' ? client : (client as Redis).duplicate()) as never,
  });
  queue.on('error', () => undefined);
  onTestFinished(() => queue.close(true));
  const sent: unknown[] = [];
  queue
    .process(4, async ({ data }) => {
      sent.push((data as { to: number }).to);
    })
    .catch(() => undefined);
  await queue.add({ to: 1 });
  await waitFor(() => sent.length === 1);
  await takeDown(played);
  await bringBack(played);
  await queue.add({ to: 2 });
  await waitFor(() => sent.length === 2, { timeoutMs: soonMs });
  expect(sent).toEqual([1, 2]);
});

const keyOf = (name: string): string => `{bull}:mails:${name}`;

describe.each([
  ['BullMQ', (client: Redis | Cluster, s: number) => client.bzpopmin(keyOf('marker'), s)],
  ['Bull', (client: Redis | Cluster, s: number) => client.brpoplpush(keyOf('wait'), keyOf('active'), s)],
])('a %s worker that waits for its next job', (_name, wait) => {
  it('is woken with null as soon as Redis is back', async () => {
    const played = await stage({ config });
    const client = workerOf(played);
    await client.ping();
    const lost = wait(client, 10);
    await waitFor(async () => (await played.server.info('clients'))['blocked_clients'] === '1');
    await takeDown(played);
    const late = wait(client, 10);
    await bringBack(played);
    const woken = await timed(() => Promise.all([lost, late]));
    expect(woken.value).toEqual([null, null]);
    expect(woken.ms).toBeLessThan(soonMs);
  });

  it('is woken with null as soon as the node of a Cluster is back', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.ready({ timeoutMs: 5000 });
    const client = resilience.client.duplicate();
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const node = await cluster.primaryOf(keyOf('wait'));
    await client.exists(keyOf('wait'));
    const lost = wait(client, 10);
    await waitFor(async () => (await node.info('clients'))['blocked_clients'] === '1');
    await node.kill();
    const late = wait(client, 10);
    await pass(500);
    await node.start();
    await waitFor(async () => (await client.exists(keyOf('wait')).catch(() => 1)) === 0, {
      timeoutMs: 10_000,
    });
    const woken = await timed(() => Promise.all([lost, late]));
    expect(woken.value).toEqual([null, null]);
    expect(woken.ms).toBeLessThan(soonMs);
  });

  it('gets no error in a freeze, however long', async () => {
    const played = await stage({ config }, { timeoutMs: 300 });
    const { server } = played;
    const client = workerOf(played);
    await client.ping();
    await server.freeze();
    const waiting = wait(client, 0.1);
    await pass(2000);
    server.thaw();
    expect(await waiting).toBeNull();
  });

  it('gets an error when its client is closed in an outage', async () => {
    const played = await stage({ config });
    const client = workerOf(played);
    await takeDown(played);
    const waiting = wait(client, 10);
    client.disconnect();
    await expect(waiting).rejects.toThrow('Connection is closed.');
  });
});

it.each([
  ['takes a job', ['bull:mails:wait', 'bull:mails:active']],
  [
    'plans the next run of a scheduler',
    ['bull:mails:repeat', 'bull:mails:delayed', ...'a b c d e f g h i'.split(' '), 'bull:mails:active'],
  ],
])('a script with which a worker %s outlasts a freeze', async (_what, keys) => {
  const { server, resilience } = await stage();
  const client = resilience.client as Redis;
  const sha = String(await client.script('LOAD', 'return 1'));
  await server.freeze();
  const script = client.evalsha(sha, keys.length, ...keys);
  await pass(2000);
  server.thaw();
  expect(await script).toBe(1);
});

function workerOf({ resilience }: Stage): Redis {
  const client = (resilience.client as Redis).duplicate();
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}
