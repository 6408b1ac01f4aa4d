import type { ClusterInternals } from './cluster-internals.ts';
import { runNext } from '../../event-loop/soon.ts';

/** The events of which this library is told in the moment in which the status changes. */
export type ToldAtOnce = 'ready' | 'close' | 'end';

interface Connecting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Tells this library at once that a cluster client is ready, has lost all connections or has ended. The application
 * learns that the client is ready only when the cluster is up.
 *
 * This library sends commands as soon as the slots are known, because a cluster that is down may still serve reads. The
 * event `ready` is emitted, and `connect()` resolves, when a node has reported the cluster as up, so that the first
 * command of the application works. The ready check of ioredis has the same effect.
 */
export class ClientStatus {
  readonly #target: ClusterInternals;
  readonly #listeners: Readonly<Record<ToldAtOnce, (() => void)[]>> = { ready: [], close: [], end: [] };
  /** Whether the application has not been told yet that the client is ready. */
  #isWithheld = false;
  #connecting: Connecting[] = [];

  constructor(target: ClusterInternals) {
    this.#target = target;
  }

  /** Whether the application has told the client to close, and has not connected it again since. */
  get isClosing(): boolean {
    return this.#target.manuallyClosing && this.#target.status !== 'connecting';
  }

  on(event: ToldAtOnce, listener: () => void): void {
    this.#listeners[event].push(listener);
  }

  /**
   * Replaces how the client changes its status. ioredis emits the events `ready` and `end` one tick after the change,
   * when the caller of `connect()` may already have issued its first command. A client that has ended keeps its status:
   * ioredis would set the status back to `close` if an attempt to connect to a node ends later than the client.
   */
  takeOver(): void {
    const target = this.#target;
    const isChecked = target.options['enableReadyCheck'] !== false;
    const setStatus = target.setStatus.bind(target);
    target.setStatus = (status) => {
      if (status === 'close' && target.status === 'end') return;
      if (this.#isWithheld) this.#lost();
      this.#isWithheld = isChecked && status === 'ready';
      if (this.#isWithheld) target.status = status;
      else setStatus(status);
      // A client that the application closes has not lost its connections.
      if (status === 'ready' || status === 'end' || (status === 'close' && !target.manuallyClosing))
        for (const listener of this.#listeners[status]) listener();
    };
    target.readyCheck = (callback) => callback();
    const connect = target.connect.bind(target);
    target.connect = async () => {
      await connect();
      if (this.#isWithheld)
        await new Promise<void>((resolve, reject) => this.#connecting.push({ resolve, reject }));
    };
  }

  /** Call when a node has reported the cluster as up, or if no node can be asked. */
  tellReady(): void {
    if (!this.#isWithheld) return;
    this.#isWithheld = false;
    runNext(() => this.#target.emit('ready'));
    for (const { resolve } of this.#take()) resolve();
  }

  #lost(): void {
    for (const { reject } of this.#take()) reject(new Error('None of startup nodes is available'));
  }

  #take(): readonly Connecting[] {
    const connecting = this.#connecting;
    this.#connecting = [];
    return connecting;
  }
}
