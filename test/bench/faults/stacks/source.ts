import { setTimeout as delay } from 'node:timers/promises';

/** A value from the source of truth. */
export interface Product {
  readonly id: number;
  readonly loadedAt: number;
}

const loadMs = 20;
const atOnce = 5;
const maxWaitMs = 1_000;

/**
 * A database behind a cache: it runs 5 loads of 20 ms each at once; further loads wait in a queue, for at
 * most a second.
 */
export class Source {
  readonly #line: (() => void)[] = [];
  #running = 0;
  #most = 0;

  /** The largest number of loads that were running or queued at the same time. */
  get mostAtOnce(): number {
    return this.#most;
  }

  forgetMost(): void {
    this.#most = this.#wanted;
  }

  async load(id: number): Promise<Product> {
    await this.#turn();
    try {
      await delay(loadMs);
      return { id, loadedAt: performance.now() };
    } finally {
      this.#running--;
      this.#line.shift()?.();
    }
  }

  get #wanted(): number {
    return this.#running + this.#line.length;
  }

  #turn(): Promise<void> {
    this.#most = Math.max(this.#most, this.#wanted + 1);
    if (this.#running < atOnce) {
      this.#running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#line.splice(this.#line.indexOf(enter), 1);
        reject(new Error(`The source had no room within ${maxWaitMs} ms`));
      }, maxWaitMs);
      const enter = (): void => {
        clearTimeout(timer);
        this.#running++;
        resolve();
      };
      this.#line.push(enter);
    });
  }
}
