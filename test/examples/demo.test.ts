import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

const main = join(dirname(dirname(import.meta.dirname)), 'examples', 'demo', 'dist', 'main.js');
const quick = ['--steady', '1', '--killed', '2', '--frozen', '2', '--back', '2', '--rate', '20'];

it('the demo kills and freezes Redis, and ends with a table, a sentence and nothing left', async () => {
  const { child, output, mark } = raise(quick);
  const isShown = (): boolean => output().match(/http\S+\/redis-status$/gm)?.length === 3;
  await waitFor(isShown, { timeoutMs: 20_000, message: 'the addresses of the pages' });
  for (const [address] of output().matchAll(/http\S+\/redis-status$/gm)) {
    expect(await (await fetch(address)).text()).toContain('<title>Redis status</title>');
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(output()).toMatch(/^ +application +answered +refused +unknown +failed /m);
  expect(output()).toMatch(/^killed \d+\.\d s +Express +\d+ +\d+ +\d+ +\d+ /m);
  expect(output()).toMatch(
    /^In \d+\.\d s without Redis the 3 protected shops answered \d+ of \d+ requests, refused \d+ \(503 with Retry-After\), told of \d+ that they may have been /m,
  );
  // Each fault lasts two seconds, and however long the machine takes to end it.
  const [killed, frozen, away] = [/^killed (\S+) s/m, /^frozen (\S+) s/m, /^In (\S+) s without/m].map(
    (shape) => Number(shape.exec(output())?.[1]),
  ) as [number, number, number];
  expect(Math.min(killed, frozen)).toBeGreaterThanOrEqual(2);
  expect(Math.abs(away - killed - frozen)).toBeLessThan(0.2);
  expect({ code, output: output() }).toMatchObject({ code: 0 });
  await waitFor(() => processesMarked(mark).length === 0);
});

// The test looks for remaining processes in /proc, which only Linux has.
describe.runIf(process.platform === 'linux')('the demo on Linux', () => {
  // SIGTERM and SIGHUP are handled as SIGINT is; nothing can handle SIGKILL.
  it.concurrent.each(['SIGINT', 'SIGKILL'] as const)(
    'leaves no process behind when %s ends it',
    async (signal) => {
      const { child, output, mark } = raise(['--rate', '5']);
      const isOver = (): boolean => child.exitCode !== null;
      await waitFor(() => output().includes(' 1 s there') || isOver(), {
        timeoutMs: 20_000,
        message: 'the first second',
      });
      expect(output()).toContain(' 1 s there');
      expect(processesMarked(mark).length).toBeGreaterThan(4);
      child.kill(signal);
      await once(child, 'exit');
      await waitFor(() => processesMarked(mark).length === 0, { message: 'the end of all its processes' });
    },
  );
});

it('the demo names an option that it does not know', async () => {
  const { child, output } = raise(['--kiled', '2']);
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(output()).toContain("Unknown option '--kiled'");
});

/** Starts the demo with a mark in its environment, by which the test finds all processes that the demo starts. */
function raise(args: readonly string[]): { child: ChildProcess; output: () => string; mark: string } {
  const mark = randomUUID();
  const env = { ...process.env, REDIS_RESILIENCE_DEMO_MARK: mark };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const keep = (bytes: Buffer): void => {
    text += bytes.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, output: () => text, mark };
}

function processesMarked(mark: string): readonly string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false; // the process has ended, or belongs to another user
    }
  });
}
