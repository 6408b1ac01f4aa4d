import type { EventClock } from './event-clock.js';

/** How an outage looks to a SYN. */
export type OutageKind = 'refused' | 'black-holed';

/** One attempt, as the server and the client's kernel see it. */
export interface Knock {
  isGivenUp(): boolean;
  onRefused(): void;
  /** The SYN found room: TCP stands, service comes in turn. */
  onQueued(): void;
  onServed(): void;
}

export interface ServerModel {
  /** Connections accepted and proved per second. */
  readonly connectsPerSecond: number;
  /** Connections that may wait for that; a SYN beyond is dropped. */
  readonly backlog: number;
}

/** Redis on a default system. */
export const redisOnLinux: ServerModel = { connectsPerSecond: 5_000, backlog: 511 };

/** Linux sends a SYN again 1, 3 and 7 s after the first one: distances between them. */
const resentAfterMs = [1_000, 2_000, 4_000];
const refusalMs = 0.5;

/**
 * A model of a server: it accepts in order at a fixed rate behind a bounded listen queue;
 * a SYN that finds the queue full is dropped, and the client's kernel sends it again.
 */
export class AcceptQueue {
  mode: 'up' | OutageKind = 'up';
  /** SYNs on the wire, those sent again included. */
  syns = 0;
  /** SYNs dropped at the full queue. */
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

  /** Most SYNs that arrived within 10 ms. */
  get peakPer10Ms(): number {
    return this.#peak;
  }

  /** Begins counting anew. */
  resetCounts(): void {
    this.syns = 0;
    this.drops = 0;
    this.#peak = 0;
  }

  /** A client begins an attempt. What is queued when it gives up is served all the same. */
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
