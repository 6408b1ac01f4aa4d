import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@redis-resilience/testing';

const testFolder = fileURLToPath(new URL('../..', import.meta.url));

/** A Node process that runs a small module with the built packages, and prints its observations as lines. */
export class ChildScript implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(source: string, env: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      cwd: testFolder,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#process, 'close');
    this.#process.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  get lines(): readonly string[] {
    return this.stdout.split('\n').filter((line) => line !== '');
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Resolves with the rest of the first line that begins with `word`. */
  async line(word: string, timeoutMs = 10_000): Promise<string> {
    const find = (): string | undefined => this.lines.find((line) => line.startsWith(word));
    const message = `the line "${word}"; stdout: ${this.stdout}; stderr: ${this.stderr}`;
    await waitFor(() => find() !== undefined, { timeoutMs, message });
    return (find() ?? '').slice(word.length).trim();
  }

  /** Writes a line to the standard input of the child process. */
  tell(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Resolves with the exit code once the process has ended by itself. */
  async exit(timeoutMs = 10_000): Promise<number | null> {
    await waitFor(() => !this.isRunning, {
      timeoutMs,
      message: `the child to exit; stdout: ${this.stdout}; stderr: ${this.stderr}`,
    });
    await this.#exited;
    return this.#process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) this.#process.kill('SIGKILL');
    await this.#exited;
  }
}
