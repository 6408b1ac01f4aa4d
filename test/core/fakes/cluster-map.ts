import { keySlot, slotCount } from '../../../packages/core/src/keys/key-slot.ts';
import type { FakeServer } from './fake-server.ts';

/** A range of slots, including both ends, and the server that owns it. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly owner: FakeServer;
}

/** The owner of each slot, on which all servers of a cluster agree. */
export class ClusterMap {
  #ranges: readonly SlotRange[];
  #epoch = 1;

  /** Divides the slots evenly among `servers`. */
  constructor(servers: readonly FakeServer[]) {
    const share = Math.ceil(slotCount / servers.length);
    this.#ranges = servers.map((owner, index) => ({
      owner,
      from: index * share,
      to: Math.min(slotCount, (index + 1) * share) - 1,
    }));
    for (const server of servers) server.clusterMap = this;
  }

  get ranges(): readonly SlotRange[] {
    return this.#ranges;
  }

  /** The configuration epoch, which grows with each failover. */
  get epoch(): number {
    return this.#epoch;
  }

  ownerOf(key: string): FakeServer | undefined {
    const slot = keySlot(key);
    return this.#ranges.find(({ from, to }) => from <= slot && slot <= to)?.owner;
  }

  /** Gives all slots of one server to another one. */
  failOver(from: FakeServer, to: FakeServer): void {
    this.#ranges = this.#ranges.map((range) => (range.owner === from ? { ...range, owner: to } : range));
    to.clusterMap = this;
    this.#epoch++;
  }
}
