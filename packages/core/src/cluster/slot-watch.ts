import type { Cluster } from 'ioredis';
import type { Clock, TimerHandle } from '../clock.ts';

export interface SlotWatchListener {
  /** A node answers, and the cluster is not known to be down. */
  onServes(): void;
  /** No node answers. */
  onUnreachable(): void;
}

/** After the last sign of trouble the slots are read for this much longer. */
const aftermathMs = 3000;
const growth = 1.15;
const maxPauseMs = 1000;

/** Reads the slots again and again while there is trouble, so that a failover is known as soon as it is decided. */
export class SlotWatch {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #listener: SlotWatchListener;
  #until = 0;
  #pauseMs: number;
  #timer: TimerHandle | undefined;
  #isAwaitingState = false;

  constructor(cluster: Cluster, clock: Clock, periodMs: number, listener: SlotWatchListener) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#pauseMs = periodMs;
    this.#listener = listener;
  }

  /** The cluster said that it is down, and did not take that back. */
  get isAwaitingState(): boolean {
    return this.#isAwaitingState;
  }

  trouble(): void {
    const now = this.#clock.now();
    if (now > this.#until) this.#pauseMs = this.#periodMs;
    this.#until = now + aftermathMs;
    if (this.#timer === undefined) this.#arm();
  }

  /** Asks for the state of the cluster until it is well. */
  awaitState(): void {
    this.#isAwaitingState = true;
    this.trouble();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAwaitingState = false;
    this.#until = 0;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#cluster.status === 'ready')
        this.#cluster.refreshSlotsCache((error) => this.#refreshed(error));
      if (this.#isAwaitingState) void this.#askState();
      const isOver = this.#clock.now() > this.#until && !this.#isAwaitingState;
      if (isOver || this.#cluster.status === 'end') return;
      this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
      this.#arm();
    }, this.#pauseMs);
    this.#timer.unref?.();
  }

  #refreshed(error: Error | null | undefined): void {
    if (this.#until === 0) return;
    if (error) {
      this.#listener.onUnreachable();
      // For as long as nobody answers, at the pace of dialing.
      this.#until = this.#clock.now() + aftermathMs;
      this.#pauseMs = this.#periodMs;
    } else if (!this.#isAwaitingState) this.#listener.onServes();
  }

  async #askState(): Promise<void> {
    const states = await Promise.all(
      this.#cluster.nodes('master').map(async (node) => {
        if (node.status !== 'ready') return '';
        return await node.cluster('INFO').catch(() => '');
      }),
    );
    if (!this.#isAwaitingState || !states.some((state) => state.includes('cluster_state:ok'))) return;
    this.#isAwaitingState = false;
    this.#listener.onServes();
  }
}
