import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { root } from './pages.ts';

it.each(['express', 'koa'])(
  'the application of the page on %s answers through an outage as the page promises',
  async (page) => {
    await using server = await startRedis();
    const port = await freePort();
    runSnippet(`start/${page}.md`, { PORT: String(port), REDIS_URL: server.url });
    const ask = (method: string, path = '/views'): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { method });
    await waitFor(async () => (await ask('GET').catch(() => undefined))?.ok === true, { timeoutMs: 15_000 });
    expect(await (await ask('GET')).json()).toEqual({ views: null, degraded: false });
    expect((await ask('POST')).status).toBe(201);

    await server.kill();
    await waitFor(async () => ((await (await ask('GET')).json()) as { degraded: boolean }).degraded);
    const refused = await ask('POST');
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    expect((await ask('GET', '/livez')).status).toBe(200);

    await server.restart();
    await waitFor(async () => (await ask('POST')).status === 201);
    expect(await (await ask('GET')).json()).toEqual({ views: '1', degraded: false });
  },
);

it('the worker of its page ships each order once, also one that is pushed before an outage ends', async () => {
  await using server = await startRedis();
  const worker = runSnippet('start/worker.md', { REDIS_URL: server.url });
  await server.command('LPUSH', 'orders', 'A1');
  await waitFor(() => worker.output().includes('shipped A1'), { timeoutMs: 15_000 });
  await server.kill();
  await server.restart();
  await server.command('LPUSH', 'orders', 'A2');
  await waitFor(() => worker.output().includes('shipped A2'), { timeoutMs: 15_000 });
  expect((await server.command('LLEN', 'orders:taken'))?.toString()).toBe('0');
});

/** Runs the first JavaScript of a page as it is printed. It is ended with the test. */
function runSnippet(page: string, env: Readonly<Record<string, string>>): { output(): string } {
  const text = /^```js\n([^]*?)^```$/m.exec(readFileSync(join(root, 'packages/docs', page), 'utf8'))?.[1];
  // Below the root of the repository, where the packages are found.
  mkdirSync(join(root, 'test/.tsc'), { recursive: true });
  const folder = mkdtempSync(join(root, 'test/.tsc/start-'));
  const file = join(folder, 'app.mjs');
  writeFileSync(file, text ?? '');
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return { output: () => output };
}
