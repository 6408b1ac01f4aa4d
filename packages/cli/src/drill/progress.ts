import type { Plan } from './plans/plan.ts';

/** The phases of one run of a plan, in this order. */
export type Phase = 'start' | 'warm-up' | 'fault' | 'watch';

const texts: Readonly<Record<Phase, string>> = {
  start: 'starting Redis and the application',
  'warm-up': 'requests while all is well',
  fault: 'Redis is broken',
  watch: 'Redis is back, watching the recovery',
};

/**
 * Shows the progress of a drill. On a terminal, the progress is one line that is rewritten again and again. In a pipe
 * or a file, the progress is one line for each plan, written when the application has started.
 */
export class Progress {
  readonly #plans: readonly Plan[];
  readonly #stream: NodeJS.WriteStream;
  #isShown = false;

  constructor(plans: readonly Plan[], stream: NodeJS.WriteStream) {
    this.#plans = plans;
    this.#stream = stream;
  }

  show(plan: Plan, phase: Phase): void {
    const line = `[${this.#plans.indexOf(plan) + 1} of ${this.#plans.length}] ${plan.name}: ${texts[phase]}`;
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001B[2K${line.slice(0, this.#stream.columns - 1)}`);
      this.#isShown = true;
    } else if (phase === 'warm-up') this.#stream.write(`${line}, about ${secondsOf(plan)} s\n`);
  }

  /** Removes the progress line from the terminal. */
  clear(): void {
    if (this.#isShown) this.#stream.write('\r\u001B[2K');
    this.#isShown = false;
  }
}

function secondsOf({ warmUpMs, faultMs, watchMs }: Plan): number {
  return Math.ceil((warmUpMs + faultMs + watchMs) / 1000) + 1;
}
