import { fork, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Closeable, Contestant } from '../contestant.js';
import type { Target } from '../peers/peer.js';
import { addressOf } from './single-clients.js';

const script = fileURLToPath(new URL('bare-application.js', import.meta.url));

/** A process whose client has no `error` listener, and what its parent process can observe. */
export class BareProcess implements Closeable {
  readonly #child: ChildProcess;
  #lastAnswerAt = -Infinity;
  #linesPrinted = 0;
  #unhandled = 0;
  #hasEnded = false;

  constructor(client: string, target: Target) {
    const { host, port } = addressOf(target);
    this.#child = fork(script, [client, host, String(port)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    });
    // If the child process ends, writing to its pipes fails.
    this.#child.on('error', ignore);
    this.#child.once('exit', () => (this.#hasEnded = true));
    const [, stdout, stderr, , findings] = this.#child.stdio;
    for (const stream of [stdout, stderr]) eachLine(stream as Readable, () => this.#linesPrinted++);
    eachLine(findings as Readable, (line) => {
      if (line === 'answered') this.#lastAnswerAt = performance.now();
      if (line === 'unhandledRejection') this.#unhandled++;
    });
  }

  get lastAnswerAt(): number {
    return this.#lastAnswerAt;
  }

  get linesPrinted(): number {
    return this.#linesPrinted;
  }

  /** Number of unhandled rejections; the first one ends the process. */
  get unhandled(): number {
    return this.#unhandled;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  close(): Promise<void> {
    this.#child.kill('SIGKILL');
    return Promise.resolve();
  }
}

/** Applications without a listener for `error`. */
export const bareProcesses: readonly Contestant<BareProcess>[] = [
  bare('ioredis', 'ioredis', '`new Redis()`', ['ioredis']),
  bare('node-redis', 'node-redis', '`createClient()` and `connect()`', ['redis']),
  bare('ours', 'Redis Resilience', '`createRedisResilience()`', ['@redis-resilience/core', 'ioredis']),
];

function bare(
  name: string,
  label: string,
  made: string,
  packages: readonly string[],
): Contestant<BareProcess> {
  return {
    name,
    label,
    setup: `${made} with its defaults, and no listener`,
    packages,
    create: (target) => new BareProcess(name, target),
  };
}

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

function ignore(): void {
  // Its end tells.
}
