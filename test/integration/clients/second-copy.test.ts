import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
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

it('a second copy of core in a process is told, once', async () => {
  // The copy is in a folder from which Node finds ioredis, as it would for a copy that another package depends on.
  const folder = mkdtempSync(join(core, '../../node_modules/.second-copy-'));
  try {
    cpSync(join(core, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(core, 'package.json'), join(folder, 'package.json'));
    const url = pathToFileURL(join(folder, 'dist/index.js')).href;
    await using child = new ChildScript(script, { OTHER_COPY: url });
    expect(await child.exit()).toBe(0);
    expect(child.lines).toEqual(['one', 'two']);
    expect(child.stderr.match(/Two copies of @redis-resilience\/core are loaded/g)).toHaveLength(1);
    expect(child.stderr).toContain('npm ls @redis-resilience/core');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
