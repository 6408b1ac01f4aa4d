import type { Clock, TimerHandle } from './clock.ts';

const periodMs = 250;
const toleratedLagMs = 20;
const freezeMs = 1000;

export type ThawKind = 'frozen' | 'suspended' | 'blocked';

export interface PulseListener {
  /** The process did not run for this long. `blocked`: its own code kept the event loop busy. */
  onThaw(kind: ThawKind, durationMs: number): void;
}

/**
 * Notices that the process stood still: stopped by a signal, suspended with its machine, or blocked by its own code. A
 * timer that fires far too late tells that it did; the CPU time spent meanwhile, and the wall clock beside the
 * monotonic one, tell which.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #listener: PulseListener;
  readonly #cpuMs: () => number;
  #timer: TimerHandle | undefined;
  #dueAt = 0;
  #wallDueAt = 0;
  #cpuAtStart = 0;
  #lagMs = 0;

  constructor(clock: Clock, listener: PulseListener, cpuMs: () => number = ownCpuMs) {
    this.#clock = clock;
    this.#listener = listener;
    this.#cpuMs = cpuMs;
  }

  /** How late the last beat was: the event loop's lag. */
  get lagMs(): number {
    const overdueMs = this.#timer === undefined ? 0 : this.#clock.now() - this.#dueAt;
    return Math.max(this.#lagMs, overdueMs, 0);
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#dueAt = this.#clock.now() + periodMs;
    this.#wallDueAt = this.#clock.wallNow() + periodMs;
    this.#cpuAtStart = this.#cpuMs();
    this.#timer = this.#clock.setTimeout(this.#beat, periodMs);
    this.#timer.unref?.();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #beat = (): void => {
    this.#timer = undefined;
    const lateMs = this.#clock.now() - this.#dueAt;
    const wallLateMs = this.#clock.wallNow() - this.#wallDueAt;
    const busyMs = this.#cpuMs() - this.#cpuAtStart;
    this.#lagMs = lateMs > toleratedLagMs ? lateMs : 0;
    this.start();
    if (wallLateMs - lateMs > freezeMs) this.#listener.onThaw('suspended', wallLateMs);
    else if (lateMs > freezeMs) this.#listener.onThaw(busyMs > lateMs / 2 ? 'blocked' : 'frozen', lateMs);
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
