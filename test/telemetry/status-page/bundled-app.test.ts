import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { redisStatusPage } from '@redis-resilience/telemetry/express';
import { waitFor } from '@redis-resilience/testing';
import { build } from 'esbuild';
import express from 'express';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../protected-redis.ts';
import { clientOf, serve } from './served-page.ts';

const telemetry = join(import.meta.dirname, '../../../packages/telemetry');

const app = `
  import express from 'express';
  import { createRedisResilience } from '@redis-resilience/core';
  import { redisStatusPage } from '@redis-resilience/telemetry/express';

  const resilience = createRedisResilience(process.env.REDIS_URL);
  const app = express().use(redisStatusPage({ resilience, enabled: true }));
  const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

it.each(['cjs', 'esm'] as const)(
  'an application bundled into one file (%s) serves the whole status page',
  async (format) => {
    await using redis = await startProtectedRedis();
    await using folder = await temporaryFolder();
    const file = join(folder.path, format === 'cjs' ? 'app.cjs' : 'app.mjs');
    await bundleApp(format, file);
    await using bundled = await runApp(file, folder.path, redis.server.url);
    const page = redisStatusPage({ resilience: redis.resilience, enabled: true });
    await using unbundled = await serve(express().use(page));

    const text = withoutNonce((await bundled.ask('/redis-status')).text);
    expect(text).toBe(withoutNonce((await unbundled.ask('/redis-status')).text));
    expect(scriptIn(text)).toBe(await builtScript());
    using watched = await bundled.watch();
    await waitFor(() => watched.text().includes('"status":"up"'));
    page.close();
  },
);

it('the page script is built from the present source of the browser code', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'page-script.mjs');
  await promisify(execFile)(process.execPath, [join(telemetry, 'bundle-page.mjs'), file]);
  const { pageScript } = (await import(file)) as { pageScript: string };
  expect(await builtScript()).toBe(pageScript);
});

it('nothing in the page script ends it before its end', async () => {
  expect(await builtScript()).not.toMatch(/<\/script|<!--/i);
});

async function builtScript(): Promise<string> {
  const file = join(telemetry, 'dist/status-page/page/page-script.js');
  return ((await import(file)) as { pageScript: string }).pageScript;
}

function scriptIn(page: string): string | undefined {
  return /<script nonce="">([^]*)<\/script>/.exec(page)?.[1];
}

function withoutNonce(page: string): string {
  return page.replaceAll(/nonce="[^"]+"/g, 'nonce=""');
}

async function bundleApp(format: 'cjs' | 'esm', outfile: string): Promise<void> {
  const { warnings } = await build({
    stdin: { contents: app, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    platform: 'node',
    format,
    // Express is CommonJS and requires modules of Node, for which an ES module needs a `require` function.
    banner: { js: format === 'esm' ? requireInModule : '' },
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
}

const requireInModule =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function runApp(file: string, cwd: string, redisUrl: string) {
  const child = spawn(process.execPath, [file], {
    cwd,
    env: { REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    ...clientOf(Number(line)),
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'bundled-app-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
