import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { missingCommand } from '../../packages/cli/src/drill/missing-command.ts';
import { openSource } from '../../packages/cli/src/watch/source.ts';
import { runBin, runHere } from './run-bin.ts';

describe('a drill without a command', () => {
  it.each([
    [['drill'], ' -- node server.js ('],
    [['drill', 'server.js'], ' -- node server.js ('],
    [['drill', 'npm', 'start'], ' -- npm start ('],
    [['drill', '--url', 'POST /orders', 'node', 'app.mjs'], ' --url "POST /orders" -- node app.mjs ('],
    [['drill', '--url', 'http://localhost:3000/'], ' --url http://localhost:3000/ -- node server.js ('],
    [['drill', '--'], ' -- node server.js ('],
  ])('gets the line to write: %j', async (args, line) => {
    const { code, stderr } = await runHere(args);
    expect(code).toBe(2);
    expect(stderr).toContain(`Write: redis-resilience drill${line}`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is told to start by npm where the package has a script for it', () => {
    expect(missingCommand([], [], () => 'node dist/main.js').message).toContain('drill -- npm start (');
  });

  it('repeats no password', () => {
    const { message } = missingCommand(['app.js', '--key=hunter2'], ['http://me:hunter2@localhost/']);
    expect(message).toContain('-- node app.js');
    expect(message).not.toContain('hunter2');
  });
});

describe('a drill that cannot run', () => {
  it.each([
    [['--plan', 'freze', '--', 'node', 'app.mjs'], /'freze' cannot be read\. Did you mean freeze\?/],
    [['--url', '/', '--', 'no-such-program'], /there is no such program\. Give it after --, as in/],
    [
      ['--url', '/', '--', 'node app.mjs'],
      /there is no such program\. Give it after --, without quotes around it/,
    ],
  ])('says what to correct: %j', async (args, words) => {
    const { code, stderr } = await runBin(['drill', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(words) });
  });

  it('names the option that stopped it', async () => {
    const server =
      "require('http').createServer((_, res) => res.end('{}')).listen(process.env.PORT, '127.0.0.1')";
    const { code, stderr } = await runBin([
      'drill',
      '--url',
      '/',
      '--max-seconds',
      '1',
      '--',
      'node',
      '-e',
      server,
    ]);
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: expect.stringContaining(
        'the drill was stopped after --max-seconds 1. Nothing is left running.',
      ),
    });
  });
});

it('the doctor names its own option when the URL of the application is malformed', async () => {
  const { code, stderr } = await runHere(['doctor', '--app', 'localhost:3000']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'redis-resilience: --app must be the http:// URL of a health endpoint.\n',
  });
});

describe('watch', () => {
  it.each(['localhost:3000', '3000', 'localhost:3000/health/redis'])(
    'gets the URL to write for %s',
    (place) => {
      expect(() => openSource(place)).toThrow(
        'Write http://localhost:3000/health/redis for an application, or redis://localhost:3000 for Redis.',
      );
    },
  );

  it('without a URL says where it looks, and how to watch an application', async () => {
    const { stdout, stderr } = await runBin(['watch', '--count', '1']);
    expect(stdout).toContain(' redis://localhost:6379 ');
    expect(stderr).toContain('redis-resilience watch http://localhost:3000/health/redis');
  });

  it('asks the health endpoint of an application, and says what is wrong with any other answer', async () => {
    const asked: (string | undefined)[] = [];
    const app = createServer((request, response) => {
      asked.push(request.url);
      response.end('<h1>Hello</h1>');
    }).listen(0, '127.0.0.1');
    await once(app, 'listening');
    const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    const [page, refused] = [openSource(origin), openSource('http://127.0.0.1:1/health')];
    const answers = [await page.look(1_000), await refused.look(1_000)];
    app.close();
    expect(asked).toEqual(['/health/redis']);
    expect(answers.map(({ status, cause }) => [status, cause])).toEqual([
      ['unreachable', 'no health answer at this path (HTTP 200)'],
      ['unreachable', 'bad port'],
    ]);
  });
});
