import { startProxy, startRedis, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { ChildScript } from '../stage/child-script.ts';

// A script that reads and writes continuously, and prints each failure and each thaw. On the line `state`, it also
// prints its state. It repeats a line that begins with `more` after 50 more replies.
const worker = `
import { createRedisResilience } from '@redis-resilience/core';
import { createInterface } from 'node:readline';
const resilience = createRedisResilience(process.env.TARGET);
resilience.on('thaw', ({ kind, durationMs }) => console.log('thaw', kind, Math.round(durationMs)));
await resilience.ready();
let answered = 0;
const failed = (error) => console.log('failed', error.code, error.outcome, error.reason);
const loop = setInterval(() => {
  resilience.client.get('greeting').then(() => answered++, failed);
  resilience.client.set('greeting', 'hello').then(() => answered++, failed);
}, 5);
console.log('ready');
createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line.startsWith('more')) {
    const enough = answered + 50;
    const look = setInterval(() => {
      if (answered < enough) return;
      clearInterval(look);
      console.log(line);
    }, 5);
  }
  if (line === 'state') console.log('state', answered, JSON.stringify(resilience.snapshot()));
  if (line !== 'end') return;
  clearInterval(loop);
  await resilience.close();
  console.log('closed');
  process.exit(0);
});
`;

/** Freezes a process for this long, and does something meanwhile. Returns the process after its end, and its last state. */
async function thawed(
  server: RedisServer,
  frozenMs: number,
  meanwhile = async (): Promise<void> => undefined,
) {
  await using child = new ChildScript(worker, { TARGET: server.url });
  await child.line('ready');
  await answers(child, 'more at first');
  child.freeze();
  await meanwhile();
  await pass(frozenMs);
  child.thaw();
  await child.line('thaw');
  await answers(child, 'more after the thaw');
  child.tell('state');
  const state = await child.line('state');
  child.tell('end');
  expect(await child.exit()).toBe(0);
  return { child, state };
}

describe('a process that is frozen and thawed', () => {
  it('retryable commands in flight succeed, and old latencies count for nothing', async () => {
    await using server = await startRedis();
    const { child, state } = await thawed(server, 2_500);
    expect(child.lines.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(state).toContain('"status":"up"');
    expect(state).toContain('"read":"closed"');
    expect(child.stderr).toBe('');
  });

  it('the process is connected again when its socket died meanwhile', async () => {
    await using server = await startRedis();
    const { child, state } = await thawed(server, 1_500, () => server.restart());
    expect(child.lines.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(state).toContain('"status":"up"');
  });
});

/**
 * A script that prepares its server, and does nothing until it has been frozen. As soon as it runs again, before it
 * reads its sockets, it runs `act`.
 */
function sleeper(prepare: string, act: string): string {
  return `
import { createRedisResilience } from '@redis-resilience/core';
const resilience = createRedisResilience(process.env.TARGET);
const { client } = resilience;
${prepare}
let lastAt = performance.now();
const watch = setInterval(async () => {
  const now = performance.now();
  const isThawed = now - lastAt > 1000;
  lastAt = now;
  if (!isThawed) return;
  clearInterval(watch);
  ${act}
  await resilience.close();
}, 20);
console.log('ready');
`;
}

// Adds to a counter in several ways, and prints the results.
const counter = sleeper(
  `await client.set('visits', 0);`,
  `const calls = [
    ...Array.from({ length: 5 }, () => client.incr('visits')),
    client.multi().incr('visits').exec(),
    client.pipeline().incr('visits').incr('visits').exec().then((replies) => replies.forEach(([error]) => {
      if (error) throw error;
    })),
    client.get('visits'),
  ];
  const settled = await Promise.allSettled(calls);
  const failures = settled.flatMap(({ reason }) => reason === undefined ? [] : [reason.code + ' ' + reason.outcome]);
  console.log('settled', JSON.stringify({ failures, visits: await client.get('visits') }));`,
);

it.each(['cut off its clients', 'restarted', 'been lost without a word'] as const)(
  'writes that a thawed process issues at once run exactly once if the server has %s',
  async (how) => {
    await using server = await startRedis({ config: { appendonly: 'yes' } });
    await using proxy = await startProxy({ target: server });
    await using child = new ChildScript(counter, { TARGET: proxy.url });
    await child.line('ready');
    child.freeze();
    if (how === 'restarted') await server.restart();
    else if (how === 'cut off its clients') await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    else proxy.blackhole({ existing: true });
    await pass(1_500);
    child.thaw();
    expect(JSON.parse(await child.line('settled'))).toEqual({ failures: [], visits: '8' });
    expect(await child.exit()).toBe(0);
  },
);

// Adds to a counter, and disconnects in the same turn.
const leaver = sleeper(
  `await client.ping();`,
  `const calls = [client.incr('visits'), client.get('visits'), client.multi().incr('visits').exec()];
  client.disconnect();
  const settled = await Promise.allSettled(calls);
  console.log('settled', JSON.stringify(settled.map(({ value, reason }) => reason?.code ?? value)));`,
);

it('commands that a thawed process issues just before it disconnects are answered', async () => {
  await using server = await startRedis();
  await using child = new ChildScript(leaver, { TARGET: server.url });
  await child.line('ready');
  child.freeze();
  await pass(1_500);
  child.thaw();
  expect(JSON.parse(await child.line('settled'))).toEqual([1, '1', [[null, 2]]]);
  expect(await child.exit()).toBe(0);
});

/** Resolves when the process has received 50 more replies. */
async function answers(child: ChildScript, asked: string): Promise<void> {
  child.tell(asked);
  await child.line(asked);
}
