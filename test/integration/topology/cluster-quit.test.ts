import { startCluster, waitFor, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../stage/outcome-of.ts';
import { useCluster } from '../stage/protect-cluster.ts';

describe('quit() of a Cluster client', () => {
  it.concurrent('lets the calls before it end, also at nodes that are still being connected to', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = useCluster(cluster, {}, { logger: false });
    const { client } = used;
    await client.set('a', '1');
    const calls = Array.from({ length: 20 }, (_, index) => client.set(`key:${index}`, '1'));
    const answer = client.quit();
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await answer).toBe('OK');
  });

  it.concurrent('resolves although a node cannot be reached', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = useCluster(cluster, {}, { logger: false });
    const { client } = used;
    await client.set('a', '1');
    const other = await nodeWithout('a', cluster);
    await other.kill();
    const calls = Array.from({ length: 20 }, (_, index) => client.set(`key:${index}`, '1'));
    const answer = client.quit();
    await Promise.allSettled(calls);
    expect(await answer).toBe('OK');
  });
});

it('quit() of a Cluster client waits for the calls that wait for a node, and refuses later ones', async () => {
  await using cluster = await startCluster({ nodes: 3, replicas: 0 });
  await using used = useCluster(cluster, {}, { logger: false });
  const { client, resilience } = used;
  await client.set('a', '1');
  const other = await nodeWithout('a', cluster);
  await other.freeze();
  const keys = Array.from({ length: 20 }, (_, index) => `key:${index}`);
  const first = keys.map((key) => client.set(key, '1'));
  await waitFor(() => resilience.snapshot().status === 'degraded');
  const calls = keys.map((key) => client.append(key, '2'));
  const answer = client.quit();
  const late = await outcomeOf(client.get('a'));
  expect(late).toMatchObject({ kind: 'rejected', error: { reason: 'closed', outcome: 'not-applied' } });
  other.thaw();
  expect(await Promise.all([...first, ...calls, answer])).toEqual([
    ...keys.map(() => 'OK'),
    ...keys.map(() => 2),
    'OK',
  ]);
});

describe('connect() of a Cluster client', () => {
  it.concurrent('that has been told to quit, and has not ended yet, makes it take calls again', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = useCluster(cluster, {}, { logger: false });
    const { client } = used;
    await client.set('a', '1');
    await client.quit();
    expect(client.status).toBe('disconnecting');
    await client.connect();
    expect(await client.get('a')).toBe('1');
  });

  it.concurrent.each(['quit', 'disconnect'] as const)('works after %s() of an ended one', async (leave) => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = useCluster(cluster, {}, { logger: false });
    const { client } = used;
    await client.set('a', '1');
    await client.quit();
    await waitFor(() => client.status === 'end');
    await client[leave]();
    expect(client.status).toBe('end');
    await client.connect();
    expect(await client.get('a')).toBe('1');
  });
});

describe.each(['quit', 'disconnect'] as const)('%s() of a Cluster client', (leave) => {
  it.concurrent('is no outage, and a client that is connected again ends as the first time', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    await using used = useCluster(cluster, {}, { logger: false });
    const { client, resilience } = used;
    const causes: string[] = [];
    resilience.on('outage', ({ cause }) => causes.push(cause.code));
    const keys = Array.from({ length: 20 }, (_, index) => `key:${index}`);
    await Promise.all(keys.map((key) => client.set(key, '1')));
    await client[leave]();
    await waitFor(() => client.status === 'end' && client.nodes().length === 0);
    await client.connect();
    expect(client.nodes()).toHaveLength(3);
    await client.quit();
    await waitFor(() => client.status === 'end');
    expect(causes).toEqual([]);
    expect(resilience.snapshot()).toMatchObject({ outages: 0, cause: { code: 'closed' } });
  });
});

it('disconnect() of a Cluster client lets the calls before it end', async () => {
  await using cluster = await startCluster({ nodes: 3, replicas: 0 });
  await using used = useCluster(cluster, {}, { logger: false });
  const { client } = used;
  await Promise.all(Array.from({ length: 20 }, (_, index) => client.set(`key:${index}`, '1')));
  // The script keeps its node busy for longer than the others need to end.
  const slow = client.eval('local i = 0 while i < 2e6 do i = i + 1 end return i', 1, 'key:0');
  const calls = Array.from({ length: 20 }, (_, index) => client.incr(`key:${index}`));
  client.disconnect();
  expect(await Promise.all(calls)).toEqual(calls.map(() => 2));
  expect(await slow).toBe(2e6);
  await waitFor(() => client.status === 'end');
  const late = await outcomeOf(client.get('key:0'));
  expect(late).toMatchObject({ kind: 'rejected', error: { reason: 'closed', outcome: 'not-applied' } });
});

/** Returns a node that does not serve the key. */
async function nodeWithout(key: string, cluster: ClusterGroup): Promise<RedisServer> {
  const owner = await cluster.primaryOf(key);
  return cluster.nodes.find((node) => node !== owner) ?? owner;
}
