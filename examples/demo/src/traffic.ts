import type { Act } from './plan.ts';
import { Tally, type Answer } from './tally.ts';

/** After this long a visitor gives up: the request has failed. It also bounds how many requests are under way. */
export const patienceMs = 2000;

const products = 300;
const largestBurst = 5;

/** Visitors of one application: so many requests per second, nine pages to one cart. */
export class Traffic {
  readonly #origin: string;
  readonly #periodMs: number;
  readonly #acts: Readonly<Record<Act, Tally>> = {
    there: new Tally(),
    killed: new Tally(),
    frozen: new Tally(),
  };
  readonly #underWay = new Set<Promise<void>>();
  #act: Act = 'there';
  #lastSecond = new Tally();
  #timer: NodeJS.Timeout | undefined;

  constructor(origin: string, ratePerSecond: number) {
    this.#origin = origin;
    this.#periodMs = 1000 / ratePerSecond;
  }

  /** Requests count for the act in which they were sent. */
  enter(act: Act): void {
    this.#act = act;
  }

  tallyOf(act: Act): Tally {
    return this.#acts[act];
  }

  total(): Tally {
    return new Tally().merge(this.#acts.there).merge(this.#acts.killed).merge(this.#acts.frozen);
  }

  /** What was settled since it was last asked for. */
  takeLastSecond(): Tally {
    const taken = this.#lastSecond;
    this.#lastSecond = new Tally();
    return taken;
  }

  start(): void {
    let next = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor((performance.now() - next) / this.#periodMs);
      for (let index = 0; index < Math.min(due, largestBurst); index++) this.#send(sent++);
      next += due * this.#periodMs;
    }, this.#periodMs);
  }

  /** Sends no more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #send(number: number): void {
    const tally = this.#acts[this.#act];
    const startedAt = performance.now();
    const product = 1 + Math.floor(Math.random() * products);
    const request =
      number % 10 === 9
        ? visit(`${this.#origin}/cart/visitor-${number % 100}?product=${product}`, 'POST')
        : visit(`${this.#origin}/products/${product}`, 'GET');
    const settled = request.then((answer) => {
      const durationMs = performance.now() - startedAt;
      tally.add(answer, durationMs);
      this.#lastSecond.add(answer, durationMs);
      this.#underWay.delete(settled);
    });
    this.#underWay.add(settled);
  }
}

/** One request, as a visitor sees it. Never rejects. */
export async function visit(url: string, method: 'GET' | 'POST'): Promise<Answer> {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(patienceMs) });
    const text = await response.text();
    if (response.ok) return 'answered';
    if (response.status === 503 && response.headers.has('retry-after')) return 'refused';
    const isProblem = response.headers.get('content-type')?.includes('json') === true;
    const { outcome } = isProblem ? (JSON.parse(text) as { outcome?: unknown }) : {};
    return outcome === 'unknown' ? 'unknown' : 'failed';
  } catch {
    return 'failed';
  }
}
