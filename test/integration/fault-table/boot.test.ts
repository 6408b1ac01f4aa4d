import { createRedisResilience } from '@redis-resilience/core';
import { freePort, startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('a process that starts while Redis is down', () => {
  it('boots, says so, and heals', async () => {
    const port = await freePort();
    using unhandled = new UnhandledRejections();
    const resilience = createRedisResilience({ host: '127.0.0.1', port });
    const client = resilience.client;
    const first = await errorOf(client.get('greeting'));
    const snapshot = resilience.snapshot();

    await using server = await startRedis({ port });
    await waitUntilStatus(resilience, 'up');

    expect(first).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      outcome: 'not-applied',
      reason: 'connection-refused',
    });
    expect(snapshot).toMatchObject({ status: 'down', cause: { code: 'connection-refused' } });
    expect(await client.set('greeting', 'hello')).toBe('OK');
    expect(await unhandled.list()).toEqual([]);
    await resilience.close();
    expect(server.running).toBe(true);
  });

  it('the first commands wait for the first connection', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url);

    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  it('the first commands wait for a first connection that takes longer than a wait in an outage', async () => {
    await using server = await startRedis();
    await using proxy = await startProxy({ target: server });
    proxy.latency(100);
    const resilience = createRedisResilience(proxy.url);
    let outages = 0;
    resilience.on('outage', () => outages++);

    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    expect(outages).toBe(0);
    await resilience.close({ drainMs: 0 });
  });
});

// Runs through an outage with a handler for every promise, but without any event listener.
const worker = `
import { createRedisResilience } from '@redis-resilience/core';
const resilience = createRedisResilience(process.env.TARGET);
const loop = setInterval(() => {
  resilience.client.get('greeting').then(() => {}, () => {});
  resilience.client.duplicate;
}, 5);
const other = resilience.client.duplicate();
other.subscribe('news').catch(() => {});
process.stdin.on('data', async () => {
  clearInterval(loop);
  other.disconnect();
  await resilience.close();
  process.stdin.destroy();
});
setInterval(() => console.log('status', resilience.snapshot().status), 20).unref();
`;

describe('an application without an error listener', () => {
  it('lives through an outage, prints its beginning and its end, and exits by itself', async () => {
    await using server = await startRedis();
    await using child = new ChildScript(worker, { TARGET: server.url });
    await child.line('status up');
    await server.kill();
    await waitFor(() => child.stderr.includes('is down (connection-'));
    await server.start();
    await waitFor(() => child.stderr.includes('is up again after'));
    child.tell('end');

    expect(await child.exit()).toBe(0);
    // Node prints this hint together with a warning; it does not come from the library.
    const told = child.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('(Use `node'));
    expect(told).toEqual([
      expect.stringContaining(
        `RedisResilience: Redis connection default at 127.0.0.1:${server.port} is down`,
      ),
      expect.stringContaining('is up again after'),
    ]);
    expect(new Set(child.lines)).toEqual(
      new Set(child.lines.filter((line) => /^status (up|down|degraded)$/.test(line))),
    );
  });

  it('boots, lives and ends without Redis', async () => {
    const port = await freePort();
    await using child = new ChildScript(worker, { TARGET: `redis://127.0.0.1:${port}` });
    await waitFor(() => child.stderr.includes(`127.0.0.1:${port} is down (connection-refused): `));
    child.tell('end');

    expect(await child.exit()).toBe(0);
  });
});
