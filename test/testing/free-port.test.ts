import { createServer } from 'node:net';
import { once } from 'node:events';
import { freePort } from '@redis-resilience/testing';
import { expect, it } from 'vitest';

it('freePort gives ports that can be listened on, no two alike, below the ephemeral range', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(ports).size).toBe(20);
  for (const port of ports) {
    expect(port).toBeLessThan(32_768);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
});

it('freePort passes over a port that is taken', async () => {
  const before = await freePort();
  const server = createServer().listen(before + 1, '127.0.0.1');
  await once(server, 'listening');
  expect(await freePort()).not.toBe(before + 1);
  server.close();
});
