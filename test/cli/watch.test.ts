import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedisResilience } from '@redis-resilience/core';
import { renderHealth } from '@redis-resilience/core/http';
import { freePort, startRedis } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { runBin, runHere } from './run-bin.ts';

const once2 = ['--count', '2', '--interval', '50'];

describe('redis-resilience watch', () => {
  it('shows a Redis, without its password', async () => {
    await using server = await startRedis({ password: 'hunter2' });
    const { code, stdout } = await runBin(['watch', server.url, ...once2]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/redis:\/\/127\.0\.0\.1:\d+ up circuit=- outages=0 cause=-/);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).not.toContain('hunter2');
  });

  it('shows a Redis that is away, and ends with 1', async () => {
    const { code, stdout } = await runBin(['watch', `redis://127.0.0.1:${await freePort()}`, ...once2]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/ down .*cause=connection-refused/);
  });

  it('shows what an application says of its connections', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url);
    await resilience.ready({ timeoutMs: 5000 });
    const putBack = resilience.isolate('test');
    const app = createServer((_, response) => response.end(renderHealth([resilience]).body)).listen(
      0,
      '127.0.0.1',
    );
    await once(app, 'listening');
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/health/redis`;
    const { code, stdout } = await runBin(['watch', url, ...once2]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\/health\/redis down circuit=isolated outages=\d+ cause=isolated/);
    putBack();
    app.close();
    await resilience.close();
  });

  it.each([[['watch', 'ftp://host']], [['watch', '--nope']], [['watch', 'redis://:hunter2@host:port']]])(
    'refuses %j in one line, with 2',
    async (args) => {
      const { code, stderr } = await runHere([...args, ...once2]);
      expect(code).toBe(2);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain('hunter2');
    },
  );
});
