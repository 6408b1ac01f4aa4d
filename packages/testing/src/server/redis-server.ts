import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { checkKnownOptions } from '@redis-resilience/core/protocol';
import type { TlsMaterial } from '../certificates.ts';
import { RawConnection } from './raw-connection.ts';
import { removeFolder } from '../temporary-folder.ts';
import { waitFor } from '../wait-for.ts';
import { end, hasExited } from './launch.ts';
import {
  restartOptionNames,
  startOptionNames,
  type RestartOptions,
  type StartOptions,
} from './start-redis-options.ts';
import type { ServerProcess } from './server-process.ts';

/**
 * A real redis-server child process on loopback that can be broken and repaired at will. The child never outlives this
 * process, however this process ends, and does not keep this process alive.
 */
export class RedisServer implements AsyncDisposable {
  readonly #process: ServerProcess;
  #child: ChildProcess | undefined;
  #control: RawConnection | undefined;
  #frozen = false;
  #stopped = false;

  /** @internal Use `startRedis`. */
  constructor(process: ServerProcess) {
    this.#process = process;
  }

  get host(): string {
    return this.#process.host;
  }

  /** The server's port, which stays the same across restarts. */
  get port(): number {
    return this.#process.port;
  }

  /**
   * URL of the server: `redis://`, or `rediss://` with TLS. Contains the password with which the server was last
   * started.
   */
  get url(): string {
    return this.#process.url;
  }

  /** Path of the unix socket, if `unixSocket` was set. */
  get socketPath(): string | undefined {
    return this.#process.socketPath;
  }

  /** The server's certificates, if it has TLS; clients should trust `ca`. */
  get tls(): TlsMaterial | undefined {
    return this.#process.tls;
  }

  /** Data folder; removed by `stop()`. */
  get dir(): string {
    return this.#process.folder;
  }

  /** Process id; `undefined` while the server is not running. */
  get pid(): number | undefined {
    return this.running ? this.#child?.pid : undefined;
  }

  /** Whether the process exists, even if it is frozen. */
  get running(): boolean {
    return this.#child !== undefined && !hasExited(this.#child);
  }

  /** Whether the process was frozen and has not been thawed since. */
  get frozen(): boolean {
    return this.#frozen && this.running;
  }

  /** Everything the server has logged, across all its starts. */
  log(): string {
    return existsSync(this.#process.logFile) ? readFileSync(this.#process.logFile, 'utf8') : '';
  }

  /**
   * Ends the process, and resolves when the process is gone. Does nothing if the server is not running. @default signal
   * 'SIGKILL'
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#control?.close();
    this.#frozen = false;
    if (this.#child) await end(this.#child, signal);
  }

  /** Freezes the process (SIGSTOP): the kernel still accepts connections, but there are no replies. */
  async freeze(): Promise<void> {
    if (!this.running) throw new Error('Cannot freeze a server that does not run');
    this.#child?.kill('SIGSTOP');
    this.#frozen = true;
    const status = `/proc/${this.pid}/stat`;
    if (!existsSync(status)) return;
    await waitFor(() => /\) T /.test(readFileSync(status, 'utf8')), { intervalMs: 1, message: 'the freeze' });
  }

  /** Resumes a frozen process (SIGCONT). Does nothing if the process is not frozen. */
  thaw(): void {
    this.#child?.kill('SIGCONT');
    this.#frozen = false;
  }

  /** Restarts a dead server on the same port and folder. Does nothing if the server is running. */
  async start(options: StartOptions = {}): Promise<void> {
    checkKnownOptions('server.start', options, startOptionNames);
    const { waitUntil = 'ready', loadingMs = 0, startTimeoutMs = 10_000 } = options;
    if (!this.running) await this.#launch({ waitUntil, loadingMs, startTimeoutMs });
  }

  /**
   * Kills the server if it is running, and starts it again on the same port and folder. All options except `afterMs`,
   * `waitUntil`, `loadingMs` and `startTimeoutMs` change the server's configuration permanently.
   *
   * @example
   * await server.restart({ afterMs: 1_000, password: 'rotated' });
   */
  async restart(options: RestartOptions = {}): Promise<void> {
    checkKnownOptions('server.restart', options, restartOptionNames);
    await this.kill();
    if (options.afterMs) await delay(options.afterMs);
    await this.#launch(options);
  }

  /** Kills the server permanently and removes its folder. Calling `stop` more than once is allowed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.kill();
    await this.#process.disposeCertificates();
    await removeFolder(this.dir);
  }

  /**
   * Sends a command over this package's own connection, as a separate user with all permissions, so that the command
   * works regardless of changes to passwords and `maxclients`. Replies are strings, numbers, arrays and null.
   *
   * @throws Error with the complete error reply as its message; also if the server is not running, ends before it
   * replies, or does not reply within 10 s.
   * @example
   * await server.command('CONFIG', 'SET', 'maxclients', 1);
   */
  async command(...args: readonly (string | number)[]): Promise<unknown> {
    if (!this.running) throw new Error(`Cannot send ${args[0] ?? 'a command'}: the server does not run`);
    if (!this.#control || this.#control.closed) this.#control = new RawConnection(this.#process.target);
    return this.#control.send(args);
  }

  /** Returns the fields of `INFO`, or of one section of it. */
  async info(section?: string): Promise<Record<string, string>> {
    const text = String(await this.command('INFO', ...(section === undefined ? [] : [section])));
    return Object.fromEntries(
      Array.from(text.matchAll(/^(\w+):(.*)\r?$/gm), ([, name, value]) => [name, value]),
    );
  }

  /** Whether a new connection gets PONG within `timeoutMs`. Never rejects. @default timeoutMs 250 */
  async isAnswering(options: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    checkKnownOptions('server.isAnswering', options, { timeoutMs: true });
    const probe = new RawConnection(this.#process.target);
    const reply = await probe.send(['PING'], options.timeoutMs ?? 250).catch(() => undefined);
    probe.close();
    return reply === 'PONG';
  }

  /**
   * Resolves when a new connection gets PONG. @default timeoutMs 10000 @throws Error if that takes longer than
   * `timeoutMs`.
   */
  async waitUntilAnswering(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkKnownOptions('server.waitUntilAnswering', options, { timeoutMs: true });
    const message = `an answer from ${this.host}:${this.port}`;
    await waitFor(() => this.isAnswering(), {
      timeoutMs: options.timeoutMs ?? 10_000,
      intervalMs: 2,
      message,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #launch(options: RestartOptions): Promise<void> {
    if (this.#stopped) throw new Error('The server was stopped for good: start a new one');
    this.#frozen = false;
    this.#control = await this.#process.launch(options, (child) => {
      this.#child = child;
      // Ends the new process if `stop()` was called while the server was starting.
      if (this.#stopped) child.kill('SIGKILL');
    });
  }
}
