import { startRedis, waitFor } from '@redis-resilience/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSnippets } from './run-snippets.ts';
import { compileSnippets, isCode, printedSnippets, type CompiledSnippets } from './snippets.ts';

const code = printedSnippets().filter(isCode);

/** Applications whose page describes their responses while Redis is unavailable. */
const promises = [
  { name: 'README-2', read: '/greeting', write: '/visits' },
  { name: 'express-2', read: '/views', write: '/views' },
  { name: 'koa-2', read: '/views', write: '/views' },
  { name: 'nestjs-2', read: '/views', write: '/views' },
  { name: 'start-express-2', read: '/views', write: '/views' },
  { name: 'start-koa-2', read: '/views', write: '/views' },
  { name: 'start-nest-2', read: '/views', write: '/views' },
];

let compiled: CompiledSnippets;
beforeAll(async () => {
  compiled = await compileSnippets(code);
});
afterAll(() => compiled[Symbol.dispose]());

it('every snippet of every page compiles in a strict application', () => {
  expect(code.length).toBeGreaterThan(80);
  expect(compiled.complaints).toBe('');
});

it('no snippet drops a promise or a value', async () => {
  expect(await compiled.lint()).toContain(`Found 0 warnings and 0 errors.\n`);
});

it('every snippet runs as it is printed, and through an outage as its page promises', async () => {
  await using server = await startRedis();
  // Two snippets wait for a job, so the test adds jobs before it stops Redis.
  await server.command('RPUSH', 'jobs', '1', '2', '3', '4');
  const isOfBook = (page: string): boolean => page.startsWith('packages/docs/');
  const [ofBook, ofReadmes] = [true, false].map((book) => code.filter(({ page }) => isOfBook(page) === book));
  using book = start(ofBook);
  using readmes = start(ofReadmes);
  function start(snippets: typeof code = []) {
    return runSnippets(
      snippets.map((snippet) => compiled.fileOf(snippet)),
      server,
      compiled.folder,
    );
  }

  const reports = await Promise.all([book.started, readmes.started]);
  expect(reports.flatMap(({ complaints }) => complaints)).toEqual([]);
  const servers = reports.flatMap((report) => report.servers);
  const open = code.flatMap((snippet) => {
    const port = servers.find(({ file }) => file === compiled.fileOf(snippet))?.port;
    return snippet.text.includes('listen(') && port !== undefined ? [{ ...snippet, port }] : [];
  });
  const promised = promises.map((promise) => {
    const port = open.find(({ name }) => name === promise.name)?.port ?? Number.NaN;
    const ask = (method: string, path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { method });
    const isDegraded = async (): Promise<boolean> =>
      ((await (await ask('GET', promise.read)).json()) as { degraded: boolean }).degraded;
    return { ...promise, ask, isDegraded };
  });

  const before = await statuses();
  expect(before.filter(({ status }) => status >= 500)).toEqual([]);
  for (const { name, ask, isDegraded, write } of promised) {
    expect({ name, ok: (await ask('POST', write)).ok, degraded: await isDegraded() }).toEqual({
      name,
      ok: true,
      degraded: false,
    });
  }

  await server.kill();
  for (const { name, ask, isDegraded, write } of promised) {
    await waitFor(isDegraded, { message: `${name} to say that it is degraded` });
    const refused = await ask('POST', write);
    expect({ name, status: refused.status, retry: refused.headers.has('retry-after') }).toEqual({
      name,
      status: 503,
      retry: true,
    });
    expect({ name, live: (await ask('GET', '/livez')).status }).toEqual({ name, live: 200 });
  }
  expect((await statuses()).filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);

  await server.restart();
  for (const { name, ask, isDegraded, write } of promised) {
    await waitFor(async () => (await ask('POST', write)).ok && !(await isDegraded()), {
      message: `${name} to be back`,
    });
  }
  await waitFor(async () => JSON.stringify(await statuses()) === JSON.stringify(before));
  // The worker from the same page processes this job.
  await server.command('LPUSH', 'orders', 'A1');
  await waitFor(async () => (await server.command('HGET', 'sold', 'all'))?.toString() === '1');
  await waitFor(async () => (await server.command('LLEN', 'orders:taken'))?.toString() === '0');
  expect([...(await book.complaints()), ...(await readmes.complaints())]).toEqual([]);
  console.log(`${code.length} snippets compile, and run as printed and through an outage`);

  /** Returns the HTTP status of each GET route of each application that the snippets have started. */
  async function statuses(): Promise<readonly { name: string; path: string; status: number }[]> {
    const asked = open.flatMap(({ name, text, port }) =>
      pathsOf(text).map(async (path) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          signal: AbortSignal.timeout(5_000),
        });
        await response.body?.cancel();
        return { name, path, status: response.status };
      }),
    );
    return await Promise.all(asked);
  }
}, 60_000);

function pathsOf(text: string): readonly string[] {
  return ['/', ...Array.from(text.matchAll(/\b(?:app|router)\.get\('([^']+)'/g), ([, path = '']) => path)];
}
