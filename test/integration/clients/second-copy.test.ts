import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startProxy, startRedis } from '@redis-resilience/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

const core = join(import.meta.dirname, '../../../packages/core');

const script = `
import { createRedisResilience } from '@redis-resilience/core';
const other = await import(process.env.OTHER_COPY);
const target = { host: '127.0.0.1', port: 1, lazyConnect: true };
await createRedisResilience(target).close();
console.log('one');
for (let count = 0; count < 2; count++) await other.createRedisResilience(target).close();
console.log('two');
`;

const pipelines = `
import { createRedisResilience } from '@redis-resilience/core';
const other = await import(process.env.OTHER_COPY);
const both = [createRedisResilience, other.createRedisResilience].map((create) => create(process.env.REDIS_URL, { logger: false }));
for (const { client, ready, close } of both) {
  await ready();
  const pipeline = client.pipeline().get(Object.create(null)).get('slow').get(Object.create(null));
  await new Promise((resolve) => setImmediate(resolve));
  console.log(JSON.stringify((await pipeline.exec()).map(([error, value]) => error?.name ?? value)));
  await close();
}
`;

let folder: string;
let url: string;

beforeAll(() => {
  // The copy is in a folder from which Node finds ioredis, as it would for a copy that another package depends on.
  folder = mkdtempSync(join(core, '../../node_modules/.second-copy-'));
  cpSync(join(core, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(core, 'package.json'), join(folder, 'package.json'));
  url = pathToFileURL(join(folder, 'dist/index.js')).href;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('a second copy of core in a process is told, once', async () => {
  await using child = new ChildScript(script, { OTHER_COPY: url });
  expect(await child.exit()).toBe(0);
  expect(child.lines).toEqual(['one', 'two']);
  expect(child.stderr.match(/Two copies of @redis-resilience\/core are loaded/g)).toHaveLength(1);
  expect(child.stderr).toContain('npm ls @redis-resilience/core');
});

it('two copies of core in a process settle every command of a pipeline with arguments that cannot be sent', async () => {
  await using server = await startRedis();
  await server.command('SET', 'slow', 'answered');
  await using proxy = await startProxy({ target: server });
  proxy.latency(30);
  const target = `redis://${proxy.host}:${proxy.port}`;
  await using child = new ChildScript(pipelines, { OTHER_COPY: url, REDIS_URL: target });
  expect(await child.exit()).toBe(0);
  const replies = '["TypeError","answered","TypeError"]';
  expect(child.lines).toEqual([replies, replies]);
});
