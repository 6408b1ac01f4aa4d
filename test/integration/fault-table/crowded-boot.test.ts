import { startRedis } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

const clients = 100;

// Makes many clients, each of which sends a call at once, while every turn of the event loop takes long: as in a process
// that starts on a busy machine.
const script = `
import { createRedisResilience } from '@redis-resilience/core';
const resilience = createRedisResilience(process.env.TARGET);
const all = [resilience.client];
while (all.length < ${clients}) all.push(resilience.client.duplicate());
let isOver = false;
const load = () => {
  const until = performance.now() + 30;
  while (performance.now() < until);
  if (!isOver) setTimeout(load, 1);
};
load();
const settled = await Promise.allSettled(all.map((client) => client.get('greeting')));
isOver = true;
const failed = settled.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
console.log('failed', failed.length, failed[0] ?? '');
await resilience.close();
`;

it('a process with many clients whose event loop is late at boot makes all its first calls', async () => {
  await using server = await startRedis();
  await using child = new ChildScript(script, { TARGET: server.url });
  expect(await child.exit(30_000)).toBe(0);
  expect(child.lines).toEqual(['failed 0 ']);
  expect(Number((await server.info('stats'))['total_connections_received'])).toBeLessThan(1.1 * clients);
});
