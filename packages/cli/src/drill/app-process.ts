import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { plainText } from '../plain-text.ts';
import { maskedLine } from './report/masked.ts';
import { UsageError } from '../usage-error.ts';
import { tellingLine } from './telling-line.ts';

/**
 * The user's application, started for one run of a plan. The application runs in a process group of its own, so that
 * its child processes can be ended together with it.
 */
export class AppProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #watchdog: ChildProcess;
  #lastWords = '';
  #failure: Error | undefined;

  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child.on('error', (error) => (this.#failure = error));
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#remember(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#remember(chunk));
    this.#watchdog = startWatchdog(this.#child.pid);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#failure !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /**
   * Calls `answers` again and again until it resolves with true.
   *
   * @throws UsageError if the command does not start, exits, or `timeoutMs` passes
   */
  async waitUntil(answers: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await answers())) {
      if (this.#failure !== undefined) throw notStarted(this.#failure, this.#child.spawnfile);
      if (this.hasEnded)
        throw new UsageError(
          `The command ended ${this.#ending()} before it answered a request. It must listen on the port in the variable PORT.${this.#quote()}`,
        );
      if (performance.now() > deadline) {
        throw new UsageError(
          `The command answered no request within ${timeoutMs} ms. It must listen on the port in the variable PORT.${this.#quote()}`,
        );
      }
      await delay(20);
    }
  }

  /**
   * Sends SIGTERM to the process group. Once the command has exited, or after 2 s, sends SIGKILL to the whole group.
   */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    if (!this.hasEnded) {
      const exit = once(this.#child, 'exit').catch(() => undefined);
      await Promise.race([exit, delay(2000, undefined, { ref: false })]);
    }
    this.#signal('SIGKILL');
    this.#watchdog.stdin?.end('done\n');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The signal cannot be sent, because the whole process group has already ended.
    }
  }

  #remember(chunk: Buffer): void {
    this.#lastWords = (this.#lastWords + chunk.toString('utf8')).slice(-2000);
  }

  #ending(): string {
    return this.#child.signalCode === null
      ? `with code ${this.#child.exitCode}`
      : `by ${this.#child.signalCode}`;
  }

  #quote(): string {
    const telling = tellingLine(this.#lastWords);
    return telling === undefined ? '' : ` It said: ${plainText(maskedLine(telling), 160)}`;
  }
}

// Starts a shell that kills the application's process group if this process is killed with SIGKILL, which leaves no
// time for a handler. The shell reads from a pipe, which the kernel closes when this process ends.
// The dash shell kills a process group only if the signal is given with `-s`.
function startWatchdog(pid: number | undefined): ChildProcess {
  const script = `trap '' INT TERM HUP; read -r word; [ "$word" = done ] || kill -s KILL -- "-$1" 2>/dev/null`;
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', String(pid ?? 0)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  return shell;
}

function notStarted({ code = 'failed' }: NodeJS.ErrnoException, program: string): UsageError {
  const isQuoted = code === 'ENOENT' && program.includes(' ');
  const why = code === 'ENOENT' ? 'there is no such program' : code;
  return new UsageError(
    `The command does not start: ${why}. Give it after --, ${isQuoted ? 'without quotes around it, ' : ''}as in: drill -- node server.js`,
  );
}
