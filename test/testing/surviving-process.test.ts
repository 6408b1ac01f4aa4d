import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';

const program = `
import { startRedis } from '@redis-resilience/testing';
const servers = [await startRedis(), await startRedis()];
await servers[1].freeze();
await servers[0].restart();
console.log(JSON.stringify(servers.map(({ pid, dir }) => ({ pid, dir }))));
`;
const staysAlive = 'setInterval(() => {}, 1000);';

it.each(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP'] as const)(
  'a process leaves no server and no folder behind when %s ends it',
  async (signal) => {
    const { parent, servers } = await run(program + staysAlive);
    expect(servers.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    parent.kill(signal);
    expect(await once(parent, 'exit')).toEqual([null, signal]);
    await waitFor(() => servers.every(({ pid, dir }) => !isAlive(pid) && !existsSync(dir)));
  },
);

it('a process keeps the signal handlers of its user', async () => {
  const handler = `process.on('SIGTERM', async () => {
    console.log(await servers[0].command('PING'));
    process.exit(7);
  });`;
  const { parent, servers, output } = await run(
    program.replace('console.log', `${handler}\nconsole.log`) + staysAlive,
  );
  parent.kill('SIGTERM');
  expect(await once(parent, 'exit')).toEqual([7, null]);
  expect(output()).toContain('PONG');
  await waitFor(() => servers.every(({ pid, dir }) => !isAlive(pid) && !existsSync(dir)));
});

it.each([
  ['process.exit', 'process.exit(3);', 3],
  ['an uncaught error', 'throw new Error("expected by this test");', 1],
  ['the end of its work: servers do not keep a process alive', '', 0],
])('a process leaves no server and no folder behind after %s', async (_, ending, code) => {
  const { parent, servers } = await run(program + ending);
  if (parent.exitCode === null) await once(parent, 'exit');
  expect(parent.exitCode).toBe(code);
  await waitFor(() => servers.every(({ pid, dir }) => !isAlive(pid) && !existsSync(dir)));
});

interface Run {
  readonly parent: ChildProcess;
  readonly servers: { readonly pid: number; readonly dir: string }[];
  readonly output: () => string;
}

async function run(source: string): Promise<Run> {
  const args = ['--input-type=module', '--eval', source];
  const parent = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  parent.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const line = await waitFor(() => /^\[.*\]$/m.exec(output)?.[0], {
    timeoutMs: 10_000,
    message: 'the servers',
  });
  return { parent, servers: JSON.parse(line) as Run['servers'], output: () => output };
}
