import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../packages/cli/src/doctor/render-markdown.ts';
import { maskedCommand, maskedLine, maskedRequest } from '../../packages/cli/src/drill/report/masked.ts';
import { Traffic } from '../../packages/cli/src/drill/traffic/traffic.ts';
import { appConnections } from '../../packages/cli/src/watch/app-connections.ts';
import { readHealthBody } from '../../packages/cli/src/watch/health-body.ts';

describe('the body of a health endpoint', () => {
  const odd = [
    null,
    1,
    'text',
    [],
    [null],
    {},
    { checks: null },
    { checks: 7 },
    { checks: [null, [null], 1] },
    { checks: { a: null, b: [null, 1, { redis: null }, { redis: 1 }, { redis: [] }] } },
    { checks: { a: [{ redis: { status: 7 } }, { redis: { status: { toString: 1 } } }] } },
  ];

  it.each(odd.map((body) => [body]))('holds no connection in %j', (body) => {
    expect(readHealthBody(body)).toEqual({ isPass: false, connections: [] });
  });

  it('is read as far as it makes sense, without what a terminal would obey', () => {
    const redis = {
      status: 'down',
      circuit: { read: 'open\u001B[2J', write: 1 },
      outages: '9',
      cause: 'x'.repeat(999),
    };
    const { connections } = readHealthBody({ checks: { a: [{ redis }] } });
    expect(connections).toEqual([
      { status: 'down', circuit: 'r open [2J, w -', outages: 0, cause: `${'x'.repeat(59)}…` },
    ]);
  });
});

describe('the report of a drill', () => {
  it.each([
    [['node', 'server.js'], 'node server.js'],
    [['npm', 'run', 'start:prod'], 'npm run start:prod'],
    [
      ['node', 'server.js', 'hunter2', '--token', 'abc', '--key=abc', '-pabc'],
      'node server.js *** --token *** --key=*** -p***',
    ],
    [['env', 'API_KEY=abc', 'node', 'dist/main.js'], 'env API_KEY=*** node dist/main.js'],
    [['API_KEY=abc'], 'API_KEY=***'],
    [['sh', '-c', 'TOKEN=abc node server.js'], 'sh -c TOKEN=***'],
    [['node', '--', 'server.js', 'redis://:hunter2@host'], 'node *** server.js ***'],
  ])('shows the command %j without its arguments', (words, shown) => {
    expect(maskedCommand(words)).toBe(shown);
  });

  it.each([
    ['/products/{n}', '/products/{n}'],
    ['POST /cart?user=7&token=abc', 'POST /cart?user=***&token=***'],
    ['/reset/eyJhbGciOiJIUzI1NiJ9', '/reset/***'],
    ['http://me:hunter2@127.0.0.1:3000/a?eyJhbGciOiJIUzI1NiJ9#token', 'http://***@127.0.0.1:3000/a?***'],
    ['/a?x=1?token=abc', '/a?x=***'],
    ['/reset/dGhpcyBpcyBhIHRva2VuMTIz%3D%3D', '/reset/***'],
    ['POST /bot123456789:AAF-ghIkl-zyx57W2v1u/send', 'POST /***/send'],
    ['/cart;sid=0f9a8b7c6d5e4f3a2b1c', '/***'],
    ['/cart?0f9a8b7c6d5e4f3a2b1c=1', '/cart?***=***'],
    ['http://staging1.example.test:3000/cart', 'http://staging1.example.test:3000/cart'],
    ['http://me:hunter2?x@127.0.0.1:3000/a', 'http://***@127.0.0.1:3000/a'],
  ])('shows the request %s without its secrets', (request, shown) => {
    expect(maskedRequest(request)).toBe(shown);
  });
});

it('a cell of the report in Markdown cannot be left', () => {
  const finding = {
    code: 'auth',
    severity: 'error',
    message: 'No.',
    evidence: { reply: 'a`b\\|c|d\r\n| e' },
    next: 'x`y\n# z',
    docs: 'https://example.test',
  } as const;
  const lines = renderMarkdown({
    target: 'redis://a',
    healthy: false,
    durationMs: 1,
    findings: [finding],
    servers: [],
  }).split('\n');
  expect(lines).toContain("| reply | `a'b\\¦c¦d  ¦ e` |");
  expect(lines).toContain("Next: `x'y # z`");
});

it.each([
  ['Error: postgres://admin:hunter2@db/x', 'Error: postgres://***@db/x'],
  ['a redis://:p@ss/w@h:1 b http://host/c', 'a redis://***@h:1 b http://host/c'],
])('the last words of an application, %j, are quoted without credentials', (line, shown) => {
  expect(maskedLine(line)).toBe(shown);
});

it('requests over TLS that find no server are failures', async () => {
  const traffic = new Traffic({
    targets: [{ method: 'GET', url: 'https://127.0.0.1:1/' }],
    names: ['/'],
    rate: 1_000,
    timeoutMs: 5_000,
    maxRequests: 1,
    random: () => 0,
    elapsedMs: () => 0,
  });
  await waitFor(() => traffic.samples.length === 1);
  await traffic.stop();
  expect(traffic.samples).toMatchObject([{ result: 'failed', detail: 'ECONNREFUSED' }]);
});

it('the credentials of a health endpoint go into its header', async () => {
  const given: unknown[] = [];
  const app = createServer(({ headers }, response) => {
    given.push(headers.authorization);
    response.end('{"status":"pass"}');
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const { port } = app.address() as AddressInfo;
  const look = await appConnections(new URL(`http://me:p%40ss@127.0.0.1:${port}/health`), 5_000);
  app.close();
  expect([look.status, given]).toEqual(['up', [`Basic ${Buffer.from('me:p@ss').toString('base64')}`]]);
});
