import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@redis-resilience/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, runBin, runHere } from './run-bin.ts';

const app = fixture('app.mjs');
// The application answers within its own deadline of 200 ms, and the thresholds add `slackMs` (500 ms) to that. The
// freeze lasts 1,500 ms, so that an application that hangs with Redis is far above them.
const quick = ['--url', '/value', '--rate', '100', '--plan', fixture('quick-freeze.json')];

describe('redis-resilience drill', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('passes an application that keeps its thresholds, and writes both reports', async () => {
    const report = join(folder, 'report');
    const args = ['drill', ...quick, '--plan', fixture('quick-restart.json'), '--report', report];
    const { code, stdout } = await runBin([...args, '--', process.execPath, app], {
      GUARDED: '1',
      DRILL_TEST_MARK: folder,
    });
    expect(stdout).toMatch(/quick freeze {7}pass/);
    expect(stdout).toMatch(/quick restart {6}pass/);
    expect(code).toBe(0);
    expect(readFileSync(`${report}.md`, 'utf8')).toContain('| quick freeze | pass |');
    const html = readFileSync(`${report}.html`, 'utf8');
    expect(html).toContain('<svg');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('Unknown: the request may have been carried out');
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
    await untilGone(folder);
  });

  it('rehearses the loss of the first of two databases with an application that has both', async () => {
    const plan = (fault: string, faultMs: number): string[] => {
      const file = join(folder, `${fault}.json`);
      const thresholds = { hangMs: 1_000 };
      const times = { warmUpMs: 500, faultMs, watchMs: 800 };
      const parameters = { downMs: 300, upMs: 200 };
      writeFileSync(file, JSON.stringify({ name: fault, fault, parameters, ...times, thresholds }));
      return ['--plan', file];
    };
    const plans = [...plan('failover-second', 0), ...plan('flapping-first', 600)];
    const args = ['drill', '--url', '/value', '--rate', '100', ...plans, '--json', '--no-report', '--'];
    const { code, stdout } = await runBin([...args, process.execPath, fixture('two-databases.mjs')]);
    const drill = JSON.parse(stdout) as { plans: { figures: { failed: number } }[] };

    expect(drill.plans.map(({ figures }) => figures.failed)).toEqual([0, 0]);
    expect(code).toBe(0);
  });

  it('fails an application that hangs with Redis, and says by how much', async () => {
    const { code, stdout } = await runBin([
      'drill',
      ...quick,
      '--json',
      '--no-report',
      '--',
      process.execPath,
      app,
    ]);
    const drill = JSON.parse(stdout) as {
      passed: boolean;
      plans: { figures: { hangMs: number }; missed: { threshold: string }[] }[];
    };
    expect(code).toBe(1);
    expect(drill.passed).toBe(false);
    expect(drill.plans[0]?.figures.hangMs).toBeGreaterThan(1_400);
    expect(drill.plans[0]?.missed.map(({ threshold }) => threshold)).toContain('hangMs');
  });

  it.each([
    ['no command', ['drill']],
    ['a command that does not exist', ['drill', ...quick, '--no-report', '--', '/no/such/program']],
    [
      'a command that ends at once',
      ['drill', ...quick, '--no-report', '--', process.execPath, '-e', 'process.exit(3)'],
    ],
    [
      'a command that never answers',
      [
        'drill',
        ...quick,
        '--no-report',
        '--start-timeout',
        '500',
        '--',
        process.execPath,
        '-e',
        'setInterval(() => 0, 1000)',
      ],
    ],
    ['an unknown flag', ['drill', '--nope', '--', 'true']],
    ['an unreadable plan', ['drill', '--plan', '/no/such/plan.json', '--', 'true']],
    ['a plan that is no JSON', ['drill', '--plan', bin, '--', 'true']],
    ['a host that is not this machine', ['drill', '--url', 'http://192.0.2.1/', '--', 'true']],
    ['a report that cannot be written', ['drill', '--report', '/no/such/folder/report', '--', 'true']],
  ])('refuses %s in one line, with 2, and leaves nothing running', async (_, args) => {
    const mark = `MARK${process.hrtime.bigint()}`;
    const { code, stderr } = await runBin(args, { DRILL_TEST_MARK: mark });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
    await untilGone(mark);
  });

  it.each([
    ['name', { fault: 'freeze' }],
    ['fault', { name: 'x', fault: 'meteor' }],
    ['faultMs', { name: 'x', fault: 'freeze', faultMs: -1 }],
    ['speed', { name: 'x', fault: 'freeze', speed: 1 }],
    ['hangs', { name: 'x', fault: 'freeze', thresholds: { hangs: 1 } }],
  ])('names what is wrong with a plan: %s', async (word, plan) => {
    const file = join(folder, 'plan.json');
    writeFileSync(file, JSON.stringify(plan));
    const { code, stderr } = await runHere(['drill', '--plan', file, '--', 'true']);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
  });

  it('leaves an earlier report as it was when it is stopped', async () => {
    const report = join(folder, 'report');
    for (const ending of ['md', 'html']) writeFileSync(`${report}.${ending}`, 'of last week');
    const mark = `MARK${process.hrtime.bigint()}`;
    const args = ['drill', ...quick, '--report', report, '--', process.execPath, app];
    const child = spawn(process.execPath, [bin, ...args], {
      env: { ...process.env, DRILL_TEST_MARK: mark },
      stdio: 'ignore',
    });
    await waitFor(() => isAppRunning(mark), { timeoutMs: 10_000 });
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(readdirSync(folder).toSorted()).toEqual(['report.html', 'report.md']);
    expect(readFileSync(`${report}.md`, 'utf8')).toBe('of last week');
    expect(readFileSync(`${report}.html`, 'utf8')).toBe('of last week');
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing running when it is ended by %s', async (signal) => {
    const mark = `MARK${process.hrtime.bigint()}`;
    const child = spawn(
      process.execPath,
      [bin, 'drill', ...quick, '--no-report', '--', process.execPath, app],
      {
        env: { ...process.env, DRILL_TEST_MARK: mark },
        stdio: 'ignore',
      },
    );
    await waitFor(() => isAppRunning(mark), { timeoutMs: 10_000 });
    child.kill(signal);
    await once(child, 'exit');
    await untilGone(mark);
  });
});

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/**
 * Whether the processes that the drill has started are running: the application, and the watchdog that outlives the
 * drill. The command line of the drill itself is skipped, because it contains that of the application.
 */
function isAppRunning(mark: string): boolean {
  const others = leftovers(mark).filter((line) => !line.includes(' drill '));
  return ['app.mjs', '= done ]'].every((word) => others.some((line) => line.includes(word)));
}

// The watchdog of the servers ends when it has seen that its parent has, so it outlives the parent by a moment.
async function untilGone(mark: string): Promise<void> {
  await waitFor(() => leftovers(mark).length === 0, {
    timeoutMs: 10_000,
    message: 'all processes to be gone',
  });
}

/** Returns the command lines of all processes that have this mark in their environment. */
function leftovers(mark: string): readonly string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      const environment = read(`/proc/${pid}/environ`);
      const state = /\) (\w)/.exec(read(`/proc/${pid}/stat`))?.[1];
      return environment.includes(mark) && state !== 'Z'
        ? [read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')]
        : [];
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
