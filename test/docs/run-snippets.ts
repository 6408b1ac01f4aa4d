import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RedisServer } from '@redis-resilience/testing';

/** The message that the process with the snippets sends. */
interface Report {
  readonly servers: readonly { readonly file: string | undefined; readonly port: number }[];
  readonly complaints: readonly string[];
}

/** Snippets that are running in a child process. Disposing ends it. */
export interface RunningSnippets extends Disposable {
  /** Resolves when each snippet has ended, or keeps running because it is a server or a worker. */
  readonly started: Promise<Report>;
  /** Resolves with all failures so far. */
  complaints(): Promise<readonly string[]>;
}

/** Runs each of these files with this server. */
export function runSnippets(files: readonly string[], server: RedisServer, folder: string): RunningSnippets {
  const runner = join(import.meta.dirname, 'fixtures/run-snippets.mjs');
  const child = spawn(process.execPath, [runner, String(server.port), ...files], {
    cwd: folder,
    env: { ...process.env, PORT: '3000', REDIS_URL: server.url },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const report = async (): Promise<Report> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the snippets ended with ${code}`))),
    ]);
    return message as Report;
  };
  return {
    started: report(),
    async complaints() {
      const answer = report();
      child.send('complaints');
      return (await answer).complaints;
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
