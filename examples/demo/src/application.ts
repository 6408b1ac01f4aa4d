import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, waitFor } from '@redis-resilience/testing';
import { visit } from './traffic.ts';

/** An example, and what it is called on the screen. */
export interface Cast {
  readonly name: string;
  readonly example: string;
  readonly isProtected: boolean;
}

/** What an application says of itself, to a visitor and to an orchestrator. */
export interface Look {
  /** What it holds of Redis: `up`, `down`, ...; plain ioredis: the status of its client. */
  readonly redis: string;
  readonly isUp: boolean;
  readonly readiness: string;
  readonly isAlive: boolean;
}

const probeMs = 1000;

/** One of the examples as a process of its own, with its own connection. */
export class Application {
  readonly name: string;
  readonly isProtected: boolean;
  readonly origin: string;
  readonly #child: ChildProcess;
  #look: Look = { redis: '-', isUp: false, readiness: '-', isAlive: true };
  #complaints = '';

  private constructor(cast: Cast, port: number, redisUrl: string) {
    this.name = cast.name;
    this.isProtected = cast.isProtected;
    this.origin = `http://127.0.0.1:${port}`;
    const main = fileURLToPath(import.meta.resolve(`@redis-resilience/${cast.example}/dist/main.js`));
    this.#child = spawn(process.execPath, ['--import', import.meta.resolve('./with-parent.js'), main], {
      env: { ...process.env, PORT: String(port), REDIS_URL: redisUrl },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true, // Ctrl-C reaches the demo alone, which ends its applications in order
    });
    this.#child.stderr?.on('data', (bytes: Buffer) => (this.#complaints += bytes.toString()));
  }

  static async start(cast: Cast, redisUrl: string): Promise<Application> {
    const application = new Application(cast, await freePort(), redisUrl);
    try {
      const isUp = async (): Promise<boolean> => {
        await application.lookAgain();
        return application.#look.isUp || application.#hasEnded;
      };
      await waitFor(isUp, { timeoutMs: 20_000, intervalMs: 50, message: `${cast.name} to start` });
      application.assertRunning();
      return application;
    } catch (error) {
      await application.stop();
      throw error;
    }
  }

  /** @throws Error with what it wrote to its standard error, when it has ended */
  assertRunning(): void {
    if (this.#hasEnded) throw new Error(`${this.name} ended by itself. ${this.#complaints}`);
  }

  /** What it said when it was last asked. */
  get look(): Look {
    return this.#look;
  }

  /** Asks it anew. */
  async lookAgain(): Promise<void> {
    const [shop, ready, live] = await Promise.all([
      this.#ask('/'),
      this.#ask('/readyz'),
      this.#ask('/livez'),
    ]);
    const redis = shop?.body['redis'] ?? 'no answer';
    this.#look = {
      redis,
      isUp: redis === 'up' || redis === 'ready',
      readiness: ready === undefined ? 'no answer' : [ready.status, ready.body['status']].join(' ').trim(),
      isAlive: live?.status === 200,
    };
  }

  /** Milliseconds until it takes a cart again; undefined when it does not within 15 s. */
  async untilItTakesCarts(): Promise<number | undefined> {
    const startedAt = performance.now();
    const takesOne = async (): Promise<boolean> =>
      (await visit(`${this.origin}/cart/tester?product=1`, 'POST')) === 'answered';
    const isBack = await waitFor(takesOne, { timeoutMs: 15_000, intervalMs: 10 }).catch(() => false);
    return isBack ? performance.now() - startedAt : undefined;
  }

  /** Ends it as an orchestrator would: SIGTERM first. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#child, 'exit', { signal: AbortSignal.timeout(5000) });
    this.#child.kill('SIGTERM');
    await exit.catch(() => this.#child.kill('SIGKILL'));
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #ask(
    path: string,
  ): Promise<{ status: number; body: Record<string, string | undefined> } | undefined> {
    try {
      const response = await fetch(this.origin + path, { signal: AbortSignal.timeout(probeMs) });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return { status: response.status, body: isJson ? (JSON.parse(text) as Record<string, string>) : {} };
    } catch {
      return undefined;
    }
  }
}
