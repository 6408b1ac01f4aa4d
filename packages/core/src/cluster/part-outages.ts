import type { CauseCode } from '../cause.ts';
import type { PartAway } from '../command/dispatch.ts';
import type { Lane } from '../snapshot.ts';

/** Why a node takes no calls, and since when. */
interface Outage {
  cause: CauseCode;
  readonly since: number;
  /** Only writes are refused. */
  readonly isOfWrites: boolean;
  /** It is more than a connection that has just been lost. */
  isCertain: boolean;
}

/**
 * Which parts of a cluster are away: nodes that are lost or silent, nodes that say that the cluster is down, and slots
 * that nobody serves. Calls that need such a part wait for it while its outage is young, or a failover was seen lately.
 */
export class PartOutages {
  /** Milliseconds for which a part is expected back, after it went away or a failover was seen. */
  readonly #patienceMs: number;
  readonly #lost = new Map<string, Outage>();
  readonly #down = new Map<string, Outage>();
  readonly #uncovered = new Map<number, Outage>();
  #failoverSeenAt = -Infinity;
  #takesReads = false;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  get isEmpty(): boolean {
    return this.#lost.size === 0 && this.#down.size === 0 && this.#uncovered.size === 0;
  }

  /** The node at this address is lost, silent, or cannot be reached. Returns whether that is new. */
  lost(address: string, cause: CauseCode, isCertain: boolean, now: number): boolean {
    const known = this.#lost.get(address);
    if (known === undefined) this.#lost.set(address, { cause, since: now, isOfWrites: false, isCertain });
    else {
      if (isCertain) known.cause = cause;
      known.isCertain ||= isCertain;
    }
    return known === undefined;
  }

  isLost(address: string): boolean {
    return this.#lost.has(address);
  }

  found(address: string): void {
    this.#lost.delete(address);
  }

  /** The node at this address says that the cluster is down; `isOfWrites`: but for reads. */
  down(address: string, isOfWrites: boolean, now: number): void {
    this.#takesReads = isOfWrites;
    const known = this.#down.get(address);
    if (known !== undefined && (isOfWrites || !known.isOfWrites)) return;
    const since = known?.since ?? now;
    this.#down.set(address, { cause: 'cluster-down', since, isOfWrites, isCertain: true });
  }

  /** Another node than the one that refused a call says so: for writes only where that one said so, too. */
  downToo(address: string, now: number): void {
    this.down(address, this.#takesReads, now);
  }

  up(address: string): void {
    this.#down.delete(address);
  }

  isDown(address: string): boolean {
    return this.#down.has(address);
  }

  /** Nobody serves this slot. */
  uncovered(slot: number, now: number): void {
    if (this.#uncovered.has(slot)) return;
    this.#uncovered.set(slot, { cause: 'cluster-down', since: now, isOfWrites: false, isCertain: true });
  }

  get uncoveredSlots(): readonly number[] {
    return [...this.#uncovered.keys()];
  }

  covered(slot: number): void {
    this.#uncovered.delete(slot);
  }

  /** A failover is going on: what is away may be back in a moment. */
  failoverSeen(now: number): void {
    this.#failoverSeenAt = now;
  }

  /** Forgets nodes at all other addresses. */
  retain(addresses: ReadonlySet<string>): void {
    for (const outages of [this.#lost, this.#down])
      for (const address of outages.keys()) if (!addresses.has(address)) outages.delete(address);
  }

  /** Nodes among these that are lost. */
  lostAmong(addresses: ReadonlySet<string>): readonly string[] {
    return [...this.#lost.keys()].filter((address) => addresses.has(address));
  }

  /** Why a call of this lane for this slot cannot run, where the nodes at these addresses may serve it. */
  of(slot: number, addresses: readonly string[], lane: Lane): PartAway | undefined {
    const uncovered = this.#uncovered.get(slot);
    if (uncovered !== undefined) return this.#partAway(uncovered);
    let away: Outage | undefined;
    for (const address of addresses) {
      const outage = this.#outageAt(address, lane);
      if (outage === undefined) return undefined;
      away ??= outage;
    }
    return away === undefined ? undefined : this.#partAway(away);
  }

  /** Why the first of these nodes that is certainly away is; undefined while none is. */
  causeAmong(addresses: ReadonlySet<string>): CauseCode | undefined {
    for (const outages of [this.#lost, this.#down])
      for (const [address, { cause, isCertain }] of outages)
        if (isCertain && addresses.has(address)) return cause;
    return this.#uncovered.size > 0 ? 'cluster-down' : undefined;
  }

  /** Whether all of these nodes are certainly away, for reads too. */
  isAllAway(addresses: ReadonlySet<string>): boolean {
    if (addresses.size === 0) return false;
    for (const address of addresses) {
      const outage = this.#outageAt(address, 'read');
      if (outage?.isCertain !== true) return false;
    }
    return true;
  }

  #outageAt(address: string, lane: Lane): Outage | undefined {
    const lost = this.#lost.get(address);
    if (lost !== undefined) return lost;
    const down = this.#down.get(address);
    return down === undefined || (down.isOfWrites && lane === 'read') ? undefined : down;
  }

  #partAway({ cause, since }: Outage): PartAway {
    return { cause, isExpectedUntil: Math.max(since, this.#failoverSeenAt) + this.#patienceMs };
  }
}
