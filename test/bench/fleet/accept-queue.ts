import type { EventClock } from './event-clock.js';

/** What happens to a SYN during an outage. */
export type OutageKind = 'refused' | 'black-holed';

/** One connection attempt, with callbacks for what the client's kernel learns. */
export interface Knock {
  isGivenUp(): boolean;
  onRefused(): void;
  /**
   * The queue had room for the SYN: TCP is connected, and the server will accept the connection in its turn.
   */
  onQueued(): void;
  onServed(): void;
}

export interface ServerModel {
  /** Number of connections that the server accepts, including the handshake of the client, per second. */
  readonly connectsPerSecond: number;
  /** Number of connections that may wait to be accepted; further SYNs are dropped. */
  readonly backlog: number;
}

/** A Redis with default settings on Linux. */
export const redisOnLinux: ServerModel = { connectsPerSecond: 5_000, backlog: 511 };

/** Delays before Linux retransmits a SYN, each counted from the previous one. */
const resentAfterMs = [1_000, 2_000, 4_000];
const refusalMs = 0.5;

/**
 * Simulates a server that accepts connections in order and at a fixed rate, with a bounded listen queue. A SYN that
 * finds the queue full is dropped and retransmitted.
 */
export class AcceptQueue {
  mode: 'up' | OutageKind = 'up';
  /** Number of SYNs that were sent, including retransmissions. */
  syns = 0;
  /** Number of SYNs dropped because the queue was full. */
  drops = 0;
  #queued = 0;
  #freeAt = 0;
  #slot = 0;
  #inSlot = 0;
  #peak = 0;
  readonly #clock: EventClock;
  readonly #model: ServerModel;

  constructor(clock: EventClock, model: ServerModel) {
    this.#clock = clock;
    this.#model = model;
  }

  /** The largest number of SYNs within 10 ms. */
  get peakPer10Ms(): number {
    return this.#peak;
  }

  /** Begins counting anew. */
  resetCounts(): void {
    this.syns = 0;
    this.drops = 0;
    this.#peak = 0;
  }

  /**
   * Starts a connection attempt of a client. A connection that is queued when the client gives up still costs the
   * server its time.
   */
  connect(knock: Knock): void {
    this.#send(knock, 0);
  }

  #send(knock: Knock, resends: number): void {
    if (knock.isGivenUp() || this.#arrives(knock)) return;
    const againMs = resentAfterMs[resends];
    if (againMs !== undefined) this.#clock.setTimeout(() => this.#send(knock, resends + 1), againMs);
  }

  #arrives(knock: Knock): boolean {
    this.#count();
    if (this.mode === 'refused') {
      this.#clock.setTimeout(() => knock.isGivenUp() || knock.onRefused(), refusalMs);
      return true;
    }
    if (this.mode === 'black-holed') return false;
    if (this.#queued >= this.#model.backlog) {
      this.drops++;
      return false;
    }
    this.#queued++;
    this.#freeAt = Math.max(this.#freeAt, this.#clock.now()) + 1_000 / this.#model.connectsPerSecond;
    this.#clock.setTimeout(() => {
      this.#queued--;
      if (!knock.isGivenUp()) knock.onServed();
    }, this.#freeAt - this.#clock.now());
    knock.onQueued();
    return true;
  }

  #count(): void {
    this.syns++;
    const slot = Math.floor(this.#clock.now() / 10);
    this.#inSlot = slot === this.#slot ? this.#inSlot + 1 : 1;
    this.#slot = slot;
    this.#peak = Math.max(this.#peak, this.#inSlot);
  }
}
