import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a module of this folder in a child process, and resolves with its only message. */
export async function askChild<T>(
  module: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
  timeoutMs = 60_000,
): Promise<T> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), args, {
    execArgv: [...nodeOptions],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let said: T | undefined;
  child.on('message', (message) => (said = message as T));
  await once(child, 'close');
  clearTimeout(timer);
  if (said === undefined) throw new Error(`${module} ${args[0] ?? ''} ended without an answer`);
  return said;
}
