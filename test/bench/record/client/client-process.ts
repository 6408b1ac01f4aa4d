import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Operation } from '@redis-resilience/testing/history';
import type { Instruction, Order, Report } from './order.js';

const script = fileURLToPath(new URL('worker.js', import.meta.url));
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * One process that uses a client. A process that issues calls through one client. The process reports each
 * call when it begins and when it ends, so that nothing is missing if the process hangs; a call whose end was
 * not reported never settled.
 */
export class ClientProcess {
  readonly client: string;
  readonly #child: ChildProcess;
  readonly #operations: Operation[] = [];
  readonly #connected: Promise<boolean>;
  readonly #exited: Promise<void>;
  readonly #ended: Promise<void>;
  #unhandled = 0;
  #hasEnded = false;

  /** `program` is the path of the script that the process runs. */
  constructor(order: Order, program: string = script) {
    this.client = order.client;
    this.#child = fork(program, [JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
    });
    running.add(this.#child);
    this.#exited = once(this.#child, 'exit').then(
      () => void running.delete(this.#child),
      () => void running.delete(this.#child),
    );
    let [onConnected, onEnded] = [(_is: boolean): void => undefined, (): void => undefined];
    this.#connected = new Promise((resolve) => (onConnected = resolve));
    this.#ended = new Promise((resolve) => (onEnded = resolve));
    void this.#exited.then(() => onConnected(false));
    this.#child.on('message', (report: Report) => {
      if (report.kind === 'connected') onConnected(true);
      if (report.kind === 'seen') {
        for (const [index, operation] of report.operations) this.#operations[index] = operation;
      }
      if (report.kind !== 'ended') return;
      this.#unhandled = report.unhandled;
      this.#hasEnded = true;
      onEnded();
    });
  }

  /** The operations that the process has reported so far. */
  get operations(): readonly Operation[] {
    return this.#operations.filter((operation) => operation !== undefined);
  }

  /** Number of unhandled errors in the process. */
  get unhandled(): number {
    return this.#unhandled;
  }

  /** Whether the process reported everything; if not, it hung or ended on its own. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether the process gets its first reply within `withinMs`. */
  isConnected(withinMs: number): Promise<boolean> {
    return Promise.race([this.#connected, delay(withinMs, false, { ref: false })]);
  }

  tell(instruction: Instruction): void {
    if (this.#child.connected) this.#child.send(instruction, () => undefined);
  }

  /** Gives the process `withinMs` to report its last operations, and then kills it. */
  async end(withinMs: number): Promise<void> {
    this.tell('end');
    await Promise.race([this.#ended, this.#exited, delay(withinMs, undefined, { ref: false })]);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
