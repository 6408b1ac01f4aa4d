import { startCluster, startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

const script = `
import { createInterface } from 'node:readline';
import { createRedisResilience, runWithBudget } from '@redis-resilience/core';

const options = { name: 'shop', timeoutMs: 5000, logger: false, admission: { maxWaitMs: 1500 } };
const resilience = createRedisResilience(process.env.TEST_REDIS_URL, options);
const { client } = resilience;
const get = () => client.get('secret-key').catch(() => undefined);
const until = async (status) => {
  while (resilience.snapshot().status !== status) await new Promise((resolve) => setTimeout(resolve, 10));
};
const subscriber = client.duplicate();
let gap;
const acts = {
  async frozen() {
    await Promise.all([get(), until('down')]);
  },
  async thawed() {
    await until('up');
  },
  async killed() {
    gap = new Promise((resolve) => resilience.on('gap', resolve));
    await until('down');
    await get();
    await resilience.execute((redis) => redis.get('secret-key'), { fallback: () => 'secret-value' });
    await runWithBudget(0, get);
  },
  async back() {
    await Promise.all([until('up'), gap]);
    const putBack = resilience.isolate('a drill');
    await get();
    putBack();
    await resilience.reauthenticate({ password: 'secret-password' }).catch(() => undefined);
    await resilience.reconnect('to be sure');
    await resilience.close();
    process.exit();
  },
};
await resilience.ready();
await subscriber.subscribe('secret-channel');
console.log('ready');
for await (const act of createInterface({ input: process.stdin })) {
  await acts[act]();
  console.log('done ' + act);
}
`;

it.concurrent(
  'NODE_DEBUG tells a real outage and what was decided in it, a line each, and nothing that is secret',
  async () => {
    await using server = await startRedis({ password: 'secret-password' });
    await using child = new ChildScript(script, {
      TEST_REDIS_URL: server.url,
      NODE_DEBUG: 'redis-resilience',
    });
    await child.line('ready');

    await server.freeze();
    child.tell('frozen');
    await child.line('done frozen');
    server.thaw();
    child.tell('thawed');
    await child.line('done thawed');
    await server.kill();
    child.tell('killed');
    await child.line('done killed');
    await server.start();
    child.tell('back');
    await child.exit();

    const lines = child.stderr.split('\n').filter((line) => line !== '');
    const told = lines.map((line) => line.replace(/^REDIS-RESILIENCE \d+: /, ''));
    const inOrder = [
      /^shop: attempt 1: connected$/,
      /^shop: down -> up \(well\)$/,
      /^shop: stall suspected, the server is asked over a second connection$/,
      /^shop: second connection: unanswered \(stalled\)$/,
      /^shop: up -> down \(stalled\)$/,
      /^shop: get failed after \d+ ms and 1 attempts: REDIS_UNAVAILABLE \(stalled\), outcome unknown$/,
      /^shop: \w+ -> up \(well\)$/,
      /^shop: up -> \w+ \(connection-\w+\)$/,
      /^shop: attempt \d+: connection-refused$/,
      /^shop: get gave up waiting after \d+ ms and 0 attempts: REDIS_UNAVAILABLE \(connection-refused\)/,
      /^shop: a read operation takes its fallback \(REDIS_UNAVAILABLE\)$/,
      /^shop: get is refused after \d+ ms and 0 attempts: BUDGET_EXCEEDED \(slow\), outcome not-applied$/,
      /^shop: attempt \d+: connected$/,
      /^shop: isolated by hand \("a drill"\)$/,
      /^shop: read circuit closed -> isolated \(isolated\)$/,
      /^shop: get is refused after \d+ ms and 0 attempts: CIRCUIT_OPEN \(isolated\), outcome not-applied$/,
      /^shop: put back by hand$/,
      /^shop: reauthenticates$/,
      /^shop: reconnects as asked \("to be sure"\)$/,
      /^shop: the socket is dropped \(connection-reset\)$/,
      /^shop: closes, with 1000 ms for what is pending$/,
      /^shop: closed$/,
    ];
    let from = 0;
    for (const line of inOrder) {
      const index = told.findIndex((text, at) => at >= from && line.test(text));
      expect(index, `${String(line)} in\n${told.slice(from).join('\n')}`).toBeGreaterThanOrEqual(from);
      from = index + 1;
    }
    expect(told).toContainEqual(expect.stringMatching(/^shop: gap of \d+ ms in 1 subscriptions$/));
    expect(lines.every((line) => line.startsWith('REDIS-RESILIENCE '))).toBe(true);
    expect(child.stderr).not.toMatch(/secret|127\.0\.0\.1/);
    expect(child.stderr).not.toContain(`:${server.port}`);
  },
);

const clusterScript = `
import { createRedisResilience } from '@redis-resilience/core';

const nodes = JSON.parse(process.env.TEST_NODES);
const resilience = createRedisResilience({ cluster: nodes }, { name: 'shop', logger: false });
await resilience.ready();
await resilience.client.set('a', '1');
console.log('ready');
setInterval(() => resilience.client.set('a', '1').catch(() => undefined), 20);
`;

it.concurrent('NODE_DEBUG tells of a failover in a Cluster', async () => {
  await using cluster = await startCluster();
  await using child = new ChildScript(clusterScript, {
    TEST_NODES: JSON.stringify(cluster.addresses),
    NODE_DEBUG: 'redis-resilience',
  });
  await child.line('ready');
  const victim = await cluster.primaryOf('a');
  await victim.kill();
  await waitFor(() => /: shop: up -> degraded.*: shop: degraded -> up/s.test(child.stderr), {
    timeoutMs: 15_000,
    message: 'the failover',
  });
  expect(child.stderr).not.toMatch(/127\.0\.0\.1/);
});
