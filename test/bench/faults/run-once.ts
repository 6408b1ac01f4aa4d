import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Findings } from './row.js';
import type { RunMessage, RunOrder } from './run-message.js';

/** The result of a run. */
export type RunResult =
  | { readonly kind: 'findings'; readonly findings: Findings }
  | { readonly kind: 'broken'; readonly reason: string };

const script = fileURLToPath(new URL('run.js', import.meta.url));

/**
 * Runs one row of the fault table with one client in a separate process, which is killed if it takes too long. Never
 * rejects.
 */
export async function runOnce(order: RunOrder, timeoutMs: number): Promise<RunResult> {
  const child = fork(script, [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  let result: RunResult | undefined;
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4_000)));
  child.on('message', (message: RunMessage) => {
    if (message.kind === 'freeze') freeze(child, message.ms);
    else result = message;
  });
  const timer = setTimeout(() => {
    result ??= { kind: 'broken', reason: `not over after ${timeoutMs / 1_000} s` };
    child.kill('SIGKILL');
  }, timeoutMs);
  await once(child, 'close');
  clearTimeout(timer);
  return result ?? { kind: 'broken', reason: reasonOf(complaints, child) };
}

function freeze(child: ChildProcess, ms: number): void {
  child.kill('SIGSTOP');
  setTimeout(() => child.kill('SIGCONT'), ms);
}

function reasonOf(complaints: string, { exitCode, signalCode }: ChildProcess): string {
  const line = complaints.split('\n').find((each) => /Error/.test(each));
  return line?.trim() ?? `the process ended with ${signalCode ?? exitCode}`;
}
