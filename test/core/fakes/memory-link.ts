import type { Clock } from '../../../packages/core/src/clock.ts';
import { MemorySocket, type Way } from './memory-socket.ts';

export interface LinkOptions {
  readonly clock: Clock;
  readonly latencyMs: number;
  /** The address to which the near end of the connection is connected. */
  readonly host: string;
  readonly port: number;
}

/** A connection in memory. Both directions deliver bytes in order, and never before their latency is over. */
export class MemoryLink {
  readonly near: MemorySocket;
  readonly far: MemorySocket;
  /** Milliseconds that bytes take; a change affects bytes that are sent later. */
  latencyMs: number;
  /** Whether everything that is sent or in flight is lost without an error. */
  isCut = false;
  readonly clock: Clock;

  constructor({ clock, latencyMs, host, port }: LinkOptions) {
    this.clock = clock;
    this.latencyMs = latencyMs;
    const there = new Lane(this);
    const back = new Lane(this);
    this.near = new MemorySocket(there, { host, port }, () => this.far.goOn());
    this.far = new MemorySocket(back, { host: '10.0.0.99', port: 50_000 }, () => this.near.goOn());
    there.leadTo(this.far);
    back.leadTo(this.near);
  }
}

class Lane implements Way {
  readonly #link: MemoryLink;
  #to: MemorySocket | undefined;
  #underWay = 0;
  #arrivesAt = 0;
  #isEnding = false;

  constructor(link: MemoryLink) {
    this.#link = link;
  }

  leadTo(to: MemorySocket): void {
    this.#to = to;
  }

  get unreadBytes(): number {
    return this.#underWay + (this.#to?.readableLength ?? 0);
  }

  carry(chunk: Buffer): void {
    this.#underWay += chunk.length;
    this.#later((to) => {
      this.#underWay -= chunk.length;
      if (!to.destroyed) to.push(chunk);
    });
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#later((to) => {
      if (to.destroyed) return;
      to.push(null);
      // Calling `read` makes the stream emit `end` even if no other code reads from it.
      to.read(0);
    });
  }

  reset(): void {
    this.#isEnding = true;
    this.#later((to) => {
      to.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    });
  }

  #later(arrive: (to: MemorySocket) => void): void {
    const { clock, latencyMs } = this.#link;
    if (this.#link.isCut) return;
    this.#arrivesAt = Math.max(this.#arrivesAt, clock.now() + latencyMs);
    clock.setTimeout(() => {
      if (!this.#link.isCut && this.#to !== undefined) arrive(this.#to);
    }, this.#arrivesAt - clock.now());
  }
}
