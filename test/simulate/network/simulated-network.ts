import net from 'node:net';
import { MemorySocket } from '../../core/fakes/memory-socket.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';
import { SimulatedLink, type Direction, type Weather } from './simulated-link.ts';

type Accept = (socket: MemorySocket) => void;

const synRetriesMs = [0, 1_000, 3_000, 7_000, 15_000];

/** Simulates all connections of the process after `install` has replaced `net.connect`. */
export class SimulatedNetwork {
  readonly weather: Weather;
  readonly #time: SimulatedTime;
  readonly #listeners = new Map<string, Accept>();
  readonly #links = new Set<SimulatedLink>();
  /** Number of active faults that block each direction. */
  readonly #blocks: Record<Direction, number> = { 'to-server': 0, 'to-client': 0 };
  readonly #watch: (bytes: Buffer) => void;
  /** If set, each new connection breaks when it has carried this many bytes in this direction. */
  cutsNew: { readonly direction: Direction; readonly bytes: number } | undefined;
  /** The largest number of connections that were open at the same time, and the number that were opened in total. */
  mostLinks = 0;
  opened = 0;

  constructor(time: SimulatedTime, random: () => number, watch: (bytes: Buffer) => void) {
    this.#time = time;
    this.#watch = watch;
    this.weather = { latencyMs: 0.3, jitterMs: 0.2, loss: 0, random };
  }

  /** Replaces `net.connect`. The returned function restores the original `connect`. */
  install(): () => void {
    const { connect } = net;
    net.connect = ((options: { readonly host: string; readonly port: number }) =>
      this.#connect(options)) as unknown as typeof net.connect;
    return () => {
      net.connect = connect;
    };
  }

  get links(): readonly SimulatedLink[] {
    for (const link of this.#links) if (!link.isOpen) this.#links.delete(link);
    return [...this.#links];
  }

  listen(address: string, accept: Accept): void {
    this.#listeners.set(address, accept);
  }

  stopListening(address: string): void {
    this.#listeners.delete(address);
  }

  resetAll(): void {
    for (const link of this.links) link.reset();
  }

  /** Blocks these directions until the returned function is called; TCP then retransmits the lost packets. */
  block(directions: readonly Direction[]): () => void {
    for (const direction of directions) {
      this.#blocks[direction]++;
      for (const link of this.links) link.ways[direction].block();
    }
    return () => {
      for (const direction of directions) {
        if (--this.#blocks[direction] > 0) continue;
        for (const link of this.links) link.ways[direction].open();
      }
    };
  }

  /** Makes all existing connections go dead in these directions, without an error; new ones work. */
  dropStanding(directions: readonly Direction[]): void {
    for (const link of this.links) for (const direction of directions) link.ways[direction].die();
  }

  /** Like {@link block}, but only for existing connections; new ones work. */
  holdStanding(directions: readonly Direction[]): () => void {
    const held = [...this.links];
    for (const link of held) for (const direction of directions) link.ways[direction].block();
    return () => {
      for (const direction of directions)
        if (this.#blocks[direction] === 0) for (const link of held) link.ways[direction].open();
    };
  }

  /** Breaks each existing connection as soon as it has carried this many more bytes. */
  cutAfter(direction: Direction, bytes: number): void {
    for (const link of this.links) link.ways[direction].cutAfter(bytes);
  }

  #connect({ host, port }: { readonly host: string; readonly port: number }): MemorySocket {
    this.opened++;
    const link = new SimulatedLink(this.#time, this.weather, { host, port }, this.#watch);
    this.#knock(link, `${host}:${port}`, 0);
    return link.near;
  }

  // A lost SYN is retransmitted after 1, 2, 4 and 8 s.
  #knock(link: SimulatedLink, address: string, attempt: number): void {
    const { latencyMs, jitterMs, loss, random } = this.weather;
    const waitMs = (synRetriesMs[attempt] ?? 0) - (synRetriesMs[attempt - 1] ?? 0);
    this.#time.after(waitMs + 2 * latencyMs + random() * jitterMs, () => {
      if (link.near.destroyed) return;
      const isLost =
        this.#blocks['to-server'] + this.#blocks['to-client'] > 0 || (loss > 0 && random() < loss);
      if (isLost && attempt + 1 < synRetriesMs.length) this.#knock(link, address, attempt + 1);
      else if (!isLost) this.#open(link, address);
    });
  }

  #open(link: SimulatedLink, address: string): void {
    const accept = this.#listeners.get(address);
    if (accept === undefined) {
      link.near.destroy(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
      link.far.destroy();
      return;
    }
    this.#links.add(link);
    const { cutsNew } = this;
    if (cutsNew !== undefined) link.ways[cutsNew.direction].cutAfter(cutsNew.bytes);
    this.mostLinks = Math.max(this.mostLinks, this.links.length);
    accept(link.far);
    link.near.emit('connect');
  }
}
