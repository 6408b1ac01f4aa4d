import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { freePort, waitFor } from '@redis-resilience/testing';

/**
 * An example that runs as its readers run it: in a separate process that gets the address of Redis from its
 * environment.
 */
export interface Example {
  /** Returns everything that the example has printed so far. */
  output(): string;
  /** Sends a request to one of the routes of the example. */
  ask(
    path: string,
    method?: string,
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  /** Sends SIGTERM, and resolves with the exit code, or with the signal if the process ended by a signal. */
  terminate(): Promise<number | NodeJS.Signals | null>;
  /** Ends the process with SIGKILL. */
  kill(): void;
}

const examples = join(dirname(dirname(import.meta.dirname)), 'examples');

/** Starts an example, and waits for the line that says that it is ready. */
export async function startExample(name: string, redisUrl: string): Promise<Example> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(examples, name, 'dist', 'main.js')], {
    env: { ...process.env, PORT: String(port), REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let output = '';
  const keep = (bytes: Buffer): void => {
    output += bytes.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    await waitFor(() => output.includes('The ') || child.exitCode !== null, {
      timeoutMs: 15_000,
      message: `the ${name} example to start`,
    });
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`The ${name} example did not start. It said: ${output}`, { cause: error });
  }
  return {
    output: () => output,
    async ask(path, method = 'GET') {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        signal: AbortSignal.timeout(5_000),
      });
      const body = (await response.json()) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, body };
    },
    async terminate() {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      return code ?? signal;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
