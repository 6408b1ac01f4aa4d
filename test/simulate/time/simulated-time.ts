import { performance } from 'node:perf_hooks';

/** A timer of {@link SimulatedTime}, with all properties of a Node timer. */
interface SimulatedTimer {
  ref(): SimulatedTimer;
  unref(): SimulatedTimer;
  hasRef(): boolean;
  readonly dueAt: number;
  readonly order: number;
  /** Whether the application set the timer, rather than the simulated network or server. */
  readonly isOfProcess: boolean;
  isCleared: boolean;
  readonly run: () => void;
}

type Callback = (...args: unknown[]) => void;

const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
  dateNow: Date.now,
  random: Math.random,
  cpuUsage: process.cpuUsage,
};

/** The real time, for measuring how long the simulation takes. */
export const realNow: () => number = real.now;

const startedAt = Date.UTC(2026, 0, 1);

/**
 * After `install`, replaces the time of the whole process: timers, immediates, both clocks, `Math.random` and the CPU
 * time. Time jumps from one timer to the next; before each timer, all pending promise callbacks and immediates run.
 */
export class SimulatedTime {
  readonly #heap: SimulatedTimer[] = [];
  readonly #random: () => number;
  #immediates: (() => void)[] = [];
  #now = 0;
  #order = 0;
  #pending = 0;
  #busyMs = 0;
  /** Timers that fired. */
  fired = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Replaces the functions of the process that read the time or set timers. The returned function restores
   * the real functions.
   */
  install(): () => void {
    const patched = {
      setTimeout: (callback: Callback, delayMs?: number, ...args: unknown[]) =>
        this.setTimeout(() => callback(...args), delayMs ?? 0),
      clearTimeout: (timer: unknown) => this.clearTimeout(timer),
      setImmediate: (callback: Callback, ...args: unknown[]) => this.setImmediate(() => callback(...args)),
    };
    Object.assign(globalThis, patched);
    Object.assign(performance, { now: () => this.#now });
    Object.assign(Date, { now: () => this.wallNow() });
    Object.assign(Math, { random: this.#random });
    Object.assign(process, { cpuUsage: () => ({ user: this.#busyMs * 1000, system: 0 }) });
    return () => {
      const { now, dateNow, random, cpuUsage, ...globals } = real;
      Object.assign(globalThis, globals);
      Object.assign(performance, { now });
      Object.assign(Date, { now: dateNow });
      Object.assign(Math, { random });
      Object.assign(process, { cpuUsage });
    };
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return startedAt + Math.floor(this.#now);
  }

  /**
   * Number of timers that the application has set and that have not fired; timers of the simulated network
   * and servers do not count.
   */
  get pendingTimers(): number {
    return this.#pending;
  }

  setTimeout(callback: () => void, delayMs: number): SimulatedTimer {
    // As in Node, a timer fires after 1 ms at the earliest.
    const delay = delayMs >= 1 && delayMs < 2 ** 31 ? delayMs : 1;
    return this.#add(callback, this.#now + delay, true);
  }

  /** Sets a timer for the simulated network, whose delays may be fractions of a millisecond. */
  after(delayMs: number, callback: () => void): SimulatedTimer {
    return this.#add(callback, this.#now + Math.max(0, delayMs), false);
  }

  clearTimeout(timer: unknown): void {
    const known = timer as SimulatedTimer | undefined | null;
    if (known === undefined || known === null || known.isCleared) return;
    this.#end(known);
  }

  setImmediate(callback: () => void): void {
    this.#immediates.push(callback);
  }

  /**
   * Lets `ms` milliseconds pass without firing timers, as if the process were frozen or blocked. `isBusy`
   * means that the application's own code blocked the process, so that the milliseconds count as its CPU time.
   */
  standStill(ms: number, isBusy: boolean): void {
    this.#now += ms;
    if (isBusy) this.#busyMs += ms;
  }

  /** Lets time pass up to `ms`. */
  async runUntil(ms: number): Promise<void> {
    await this.#settle();
    for (let timer = this.#heap[0]; timer !== undefined && timer.dueAt <= ms; timer = this.#heap[0]) {
      this.#pop();
      if (timer.isCleared) continue;
      this.#end(timer);
      this.#now = Math.max(this.#now, timer.dueAt);
      this.fired++;
      timer.run();
      await this.#settle();
    }
    this.#now = Math.max(this.#now, ms);
  }

  /** Runs all pending promise callbacks, ticks and immediates. */
  async #settle(): Promise<void> {
    for (let round = 0; ; round++) {
      await new Promise((resolve) => real.setImmediate(resolve));
      if (this.#immediates.length === 0) return;
      if (round > 10_000) throw new Error('Immediates arm themselves without end.');
      const due = this.#immediates;
      this.#immediates = [];
      for (const callback of due) callback();
    }
  }

  #end(timer: SimulatedTimer): void {
    timer.isCleared = true;
    if (timer.isOfProcess) this.#pending--;
  }

  #add(run: () => void, dueAt: number, isOfProcess: boolean): SimulatedTimer {
    const timer: SimulatedTimer = {
      dueAt,
      order: this.#order++,
      isOfProcess,
      isCleared: false,
      run,
      ref: () => timer,
      unref: () => timer,
      hasRef: () => true,
    };
    if (isOfProcess) this.#pending++;
    this.#push(timer);
    return timer;
  }

  #push(timer: SimulatedTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent] as SimulatedTimer)) break;
      heap[index] = heap[parent] as SimulatedTimer;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as SimulatedTimer;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as SimulatedTimer, heap[child] as SimulatedTimer)) {
        child = right;
      }
      if (!isBefore(heap[child] as SimulatedTimer, last)) break;
      heap[index] = heap[child] as SimulatedTimer;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(left: SimulatedTimer, right: SimulatedTimer): boolean {
  return left.dueAt === right.dueAt ? left.order < right.order : left.dueAt < right.dueAt;
}
