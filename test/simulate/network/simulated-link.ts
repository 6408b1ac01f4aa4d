import { MemorySocket, type Way } from '../../core/fakes/memory-socket.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';

export type Direction = 'to-server' | 'to-client';

/** The latency and the losses that apply to the packets of all connections. */
export interface Weather {
  latencyMs: number;
  jitterMs: number;
  /** The share of packets that are lost and retransmitted after TCP's timeout. */
  loss: number;
  readonly random: () => number;
}

const retransmissionMs = 220;

/** One connection. Both directions deliver data in order. */
export class SimulatedLink {
  readonly near: MemorySocket;
  readonly far: MemorySocket;
  readonly ways: Readonly<Record<Direction, LinkWay>>;
  #isBroken = false;

  /** `watch` is called with all bytes that the client sends. */
  constructor(
    time: SimulatedTime,
    weather: Weather,
    remote: { readonly host: string; readonly port: number },
    watch: (bytes: Buffer) => void,
  ) {
    const cut = (): void => this.reset();
    const there = new LinkWay(time, weather, { cut, refuse: () => back.reset() }, watch);
    const back = new LinkWay(time, weather, { cut, refuse: () => there.reset() });
    this.ways = { 'to-server': there, 'to-client': back };
    this.near = new MemorySocket(there, remote, () => this.far.goOn());
    this.far = new MemorySocket(back, { host: '10.0.0.99', port: 50_000 }, () => this.near.goOn());
    there.leadTo(this.far);
    back.leadTo(this.near);
    this.near.on('error', ignore);
    this.far.on('error', ignore);
  }

  /** Whether the network has broken the connection, in at least one direction. */
  get isBroken(): boolean {
    return this.#isBroken || Object.values(this.ways).some(({ isDead }) => isDead);
  }

  /** Whether the client has not closed its socket. */
  get isOpen(): boolean {
    return !this.near.destroyed;
  }

  /** Breaks the connection with a reset at both ends. */
  reset(): void {
    this.#isBroken = true;
    for (const way of Object.values(this.ways)) way.breakOff();
  }
}

type Parcel = (to: MemorySocket) => void;

/** The callbacks through which one direction of a connection acts on the whole connection. */
interface WayEnds {
  /** Called when the direction has carried its maximum number of bytes. */
  cut(): void;
  /** Called when bytes arrive at a closed socket, to which its kernel replies with a reset. */
  refuse(): void;
}

/**
 * One direction of a connection. The sending kernel retransmits lost packets, even after its socket was closed, until
 * the socket is reset; after that it sends only the reset, once, which may be lost.
 */
class LinkWay implements Way {
  readonly #time: SimulatedTime;
  readonly #weather: Weather;
  readonly #ends: WayEnds;
  readonly #watch: ((bytes: Buffer) => void) | undefined;
  #to: MemorySocket | undefined;
  #underWay = 0;
  #arrivesAt = 0;
  #isEnding = false;
  /** The packets that wait while the direction is blocked. */
  #held: { readonly serial: number; readonly parcel: Parcel }[] | undefined;
  #sent = 0;
  /** The number of the next packet to deliver, and the packets that arrived before it. */
  #next = 0;
  readonly #early = new Map<number, Parcel>();
  #isDead = false;
  #isReset = false;
  #bytesUntilCut = Infinity;

  constructor(time: SimulatedTime, weather: Weather, ends: WayEnds, watch?: (bytes: Buffer) => void) {
    this.#time = time;
    this.#weather = weather;
    this.#ends = ends;
    this.#watch = watch;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  leadTo(to: MemorySocket): void {
    this.#to = to;
  }

  get unreadBytes(): number {
    return this.#underWay + (this.#to?.readableLength ?? 0);
  }

  carry(chunk: Buffer): void {
    this.#watch?.(chunk);
    this.#underWay += chunk.length;
    const passing = chunk.subarray(0, Math.min(chunk.length, this.#bytesUntilCut));
    this.#bytesUntilCut -= chunk.length;
    if (passing.length > 0) {
      this.#send((to) => {
        this.#underWay -= passing.length;
        if (to.destroyed) this.#ends.refuse();
        else to.push(passing);
      });
    }
    if (this.#bytesUntilCut < 0) this.#send(() => this.#ends.cut());
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#send((to) => {
      if (to.destroyed) return;
      to.push(null);
      to.read(0);
    });
  }

  /** Called when the sending socket is reset, or when bytes arrive at it after it was closed. */
  reset(): void {
    this.#isEnding = true;
    this.#isReset = true;
    const { latencyMs, jitterMs, loss, random } = this.#weather;
    if (this.#isDead || this.#held !== undefined || (loss > 0 && random() < loss)) return;
    this.#time.after(latencyMs + random() * jitterMs, () => {
      if (!this.#isDead && this.#held === undefined && this.#to !== undefined) breakSocket(this.#to);
    });
  }

  /** The receiving end gets ECONNRESET now. */
  breakOff(): void {
    this.#isEnding = true;
    this.#isDead = true;
    if (this.#to !== undefined) breakSocket(this.#to);
  }

  /** From now on, packets are lost and retransmitted until `open()` is called. */
  block(): void {
    this.#held ??= [];
  }

  open(): void {
    const held = this.#isReset ? [] : (this.#held ?? []);
    this.#held = undefined;
    held.sort((left, right) => left.serial - right.serial);
    for (const { serial, parcel } of held)
      this.#travel(serial, parcel, retransmissionMs * this.#weather.random());
  }

  /** From now on, all packets are lost. */
  die(): void {
    this.#isDead = true;
  }

  /** Breaks the connection when it has carried this many more bytes. */
  cutAfter(bytes: number): void {
    this.#bytesUntilCut = bytes;
  }

  #send(parcel: Parcel): void {
    if (this.#isDead || this.#isReset) return;
    const serial = this.#sent++;
    if (this.#held === undefined) this.#travel(serial, parcel);
    else this.#held.push({ serial, parcel });
  }

  #travel(serial: number, parcel: Parcel, extraMs = 0): void {
    const { latencyMs, jitterMs, loss, random } = this.#weather;
    const lostMs = loss > 0 && random() < loss ? retransmissionMs * (1 + random()) : 0;
    const waitMs = lostMs + extraMs;
    let hasLeft = waitMs === 0;
    if (!hasLeft) this.#time.after(waitMs, () => (hasLeft = !this.#isReset));
    const travelMs = latencyMs + random() * jitterMs + waitMs;
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#time.now() + travelMs);
    this.#time.after(this.#arrivesAt - this.#time.now(), () => {
      if (!hasLeft || this.#isDead || this.#to === undefined) return;
      if (this.#held === undefined) this.#arrived(serial, parcel, this.#to);
      else this.#held.push({ serial, parcel });
    });
  }

  /** As in TCP, packets that arrive out of order wait until the missing ones have been retransmitted. */
  #arrived(serial: number, parcel: Parcel, to: MemorySocket): void {
    this.#early.set(serial, parcel);
    for (let next = parcel as Parcel | undefined; next !== undefined;) {
      next = this.#early.get(this.#next);
      if (next === undefined) return;
      this.#early.delete(this.#next);
      this.#next++;
      next(to);
    }
  }
}

function breakSocket(to: MemorySocket): void {
  to.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
}

function ignore(): void {
  // The close that follows tells.
}
