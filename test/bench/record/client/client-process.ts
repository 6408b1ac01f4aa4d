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
 * One process that uses a client. What it sees is told all along, so that nothing is missing when it hangs: a call of
 * which no end was told is one that never settled.
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

  /** `program`: what it runs. */
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

  /** All that it has seen. */
  get operations(): readonly Operation[] {
    return this.#operations.filter((operation) => operation !== undefined);
  }

  /** Errors that nobody had handled. */
  get unhandled(): number {
    return this.#unhandled;
  }

  /** Whether it said all that it had to say: else it hung, or ended by itself. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether it had an answer within this time. */
  isConnected(withinMs: number): Promise<boolean> {
    return Promise.race([this.#connected, delay(withinMs, false, { ref: false })]);
  }

  tell(instruction: Instruction): void {
    if (this.#child.connected) this.#child.send(instruction, () => undefined);
  }

  /** Lets it say what is left to say for so long, and ends it. */
  async end(withinMs: number): Promise<void> {
    this.tell('end');
    await Promise.race([this.#ended, this.#exited, delay(withinMs, undefined, { ref: false })]);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
