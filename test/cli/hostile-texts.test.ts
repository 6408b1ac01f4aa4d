import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../packages/cli/src/doctor/render-markdown.ts';
import { maskedCommand, maskedRequest } from '../../packages/cli/src/drill/report/masked.ts';
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
