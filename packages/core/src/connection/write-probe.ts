import type { Clock, TimerHandle } from '../clock.ts';
import { isReplyError } from '../command/connection-error.ts';
import { classifyReply } from '../command/reply-error.ts';

export interface WriteProbeListener {
  /** Sends a write that changes nothing; rejects as the server answers. */
  write(): Promise<unknown>;
  /** The server takes writes again, or cannot be asked: real traffic decides. */
  onWritable(): void;
}

const periodMs = 100;
const growth = 1.2;
const maxPauseMs = 1000;

/**
 * Asks a server that refuses writes whether it takes them again. The question is LPUSHX on a key that does not exist: a
 * write that needs memory, persistence and replicas like any other, and changes nothing.
 */
export class WriteProbe {
  readonly #clock: Clock;
  readonly #listener: WriteProbeListener;
  #timer: TimerHandle | undefined;
  #pauseMs = periodMs;

  constructor(clock: Clock, listener: WriteProbeListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.isOn) return;
    this.#pauseMs = periodMs;
    this.#arm();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const timer = this.#clock.setTimeout(() => {
      this.#listener.write().then(
        () => this.#finish(timer, true),
        (error: unknown) => this.#finish(timer, provesWritable(error)),
      );
    }, this.#pauseMs);
    this.#timer = timer;
    timer.unref?.();
  }

  #finish(timer: TimerHandle, isWritable: boolean): void {
    if (this.#timer !== timer) return;
    this.#timer = undefined;
    if (isWritable) {
      this.#listener.onWritable();
      return;
    }
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    this.#arm();
  }
}

// A refusal for want of permission says nothing about memory: then real traffic is the trial.
function provesWritable(error: unknown): boolean {
  if (!(error instanceof Error) || !isReplyError(error)) return false;
  return classifyReply(error.message).scope === 'command';
}

/** The question: a name nobody uses, and no value worth keeping. */
export const harmlessWrite = ['lpushx', '__redis-resilience:probe', ''] as const;
