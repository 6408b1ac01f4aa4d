import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
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

it('freePort gives each process a range of its own, also children, which have the environment of their parent', async () => {
  const script = `
    import { freePort } from '@redis-resilience/testing';
    const ports = [];
    for (let count = 0; count < 250; count++) ports.push(await freePort());
    console.log(JSON.stringify(ports));
    await new Promise((resolve) => setTimeout(resolve, 1_000));`;
  const lists = await Promise.all([portsOfChild(script), portsOfChild(script), portsOfChild(script)]);
  const ports = lists.flat();
  expect(ports.length).toBe(750);
  expect(new Set(ports).size).toBe(750);
});

async function portsOfChild(script: string): Promise<readonly number[]> {
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return JSON.parse(stdout) as readonly number[];
}
