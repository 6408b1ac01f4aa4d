import type { CauseCode } from '../cause.ts';
import type { PartAway } from '../command/dispatch.ts';
import type { Settings } from '../options/settings.ts';
import type { Lane } from '../snapshot.ts';

/** Why a node or slot does not serve calls, and since when. */
interface Outage {
  cause: CauseCode;
  readonly since: number;
  /** Whether only writes are refused, and reads are still served. */
  readonly isOfWrites: boolean;
  /**
   * Whether the node is known to be unavailable; false if only its connection was lost, so that the node may still be
   * up.
   */
  isCertain: boolean;
}

/**
 * Milliseconds within which Redis elects a replica if the first election succeeds: the replica waits for up to a second
 * before it asks for votes, and the votes take some time.
 */
const electionMs = 2_000;

/** For this many times `timeoutMs` after a node or slot has failed, new calls wait for it; later calls fail at once. */
const deadlinesOfPatience = 5;

/** Causes of a node that is up and rejects this client's login: no failover will replace the node. */
const refusals: ReadonlySet<CauseCode> = new Set(['auth', 'credentials']);

/** Returns an empty record of outages that is as patient as the settings demand. */
export function partOutages({
  admission,
  timeoutMs,
}: Pick<Settings, 'admission' | 'timeoutMs'>): PartOutages {
  const { maxWaitMs } = admission;
  return new PartOutages(maxWaitMs === 0 ? 0 : deadlinesOfPatience * timeoutMs, maxWaitMs);
}

/**
 * Keeps track of the nodes and slots of a cluster that are unavailable: nodes that are lost or do not reply, nodes that
 * report the cluster as down, and slots that no node serves. A call that needs an unavailable node or slot waits if the
 * outage is recent or if a failover has recently been seen.
 */
export class PartOutages {
  /** New calls for an unavailable node or slot wait if its outage began less than this many milliseconds ago. */
  readonly #patienceMs: number;
  /**
   * New calls for an unavailable node or slot also wait if a failover was seen less than this many milliseconds ago.
   */
  readonly #electionPatienceMs: number;
  /** Replaces {@link #patienceMs} for a node that rejects this client's login. */
  readonly #refusedPatienceMs: number;
  readonly #lost = new Map<string, Outage>();
  readonly #down = new Map<string, Outage>();
  readonly #uncovered = new Map<number, Outage>();
  #failoverSeenAt = -Infinity;
  #takesReads = false;

  constructor(patienceMs: number, refusedPatienceMs = patienceMs) {
    this.#patienceMs = patienceMs;
    this.#refusedPatienceMs = refusedPatienceMs;
    this.#electionPatienceMs = patienceMs === 0 ? 0 : Math.max(patienceMs, electionMs);
  }

  get isEmpty(): boolean {
    return this.#lost.size === 0 && this.#down.size === 0 && this.#uncovered.size === 0;
  }

  /** Call when the node at this address is lost, unreachable or does not reply. Returns whether this outage is new. */
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

  /**
   * Call when the node at this address reports the cluster as down. With `isOfWrites`, the node refuses only writes,
   * and still serves reads. Returns whether anything has changed: only then are all waiting calls checked, because a
   * node may refuse thousands of calls at once.
   */
  down(address: string, isOfWrites: boolean, now: number): boolean {
    this.#takesReads = isOfWrites;
    const known = this.#down.get(address);
    if (known !== undefined && (isOfWrites || !known.isOfWrites)) return false;
    const since = known?.since ?? now;
    this.#down.set(address, { cause: 'cluster-down', since, isOfWrites, isCertain: true });
    return true;
  }

  /**
   * Call when a node that was asked for its state reports the cluster as down. The report does not say whether the node
   * still serves reads, so the node is assumed to do the same as the node that last refused a command.
   */
  downToo(address: string, now: number): void {
    this.down(address, this.#takesReads, now);
  }

  up(address: string): void {
    this.#down.delete(address);
  }

  isDown(address: string): boolean {
    return this.#down.has(address);
  }

  /** Call when no node serves this slot. Returns whether this outage is new. */
  uncovered(slot: number, now: number): boolean {
    if (this.#uncovered.has(slot)) return false;
    this.#uncovered.set(slot, { cause: 'cluster-down', since: now, isOfWrites: false, isCertain: true });
    return true;
  }

  get uncoveredSlots(): readonly number[] {
    return [...this.#uncovered.keys()];
  }

  covered(slot: number): void {
    this.#uncovered.delete(slot);
  }

  /** Call when a failover is under way: unavailable nodes and slots may soon be served again. */
  failoverSeen(now: number): void {
    this.#failoverSeenAt = now;
  }

  /** Forgets the outages of all nodes except those at these addresses. */
  retain(addresses: ReadonlySet<string>): void {
    for (const outages of [this.#lost, this.#down])
      for (const address of outages.keys()) if (!addresses.has(address)) outages.delete(address);
  }

  /** Returns the addresses, among these, of the nodes that are lost. */
  lostAmong(addresses: ReadonlySet<string>): readonly string[] {
    return [...this.#lost.keys()].filter((address) => addresses.has(address));
  }

  /**
   * Returns why a read or a write (`lane`) for this slot cannot run; undefined if it can run. `addresses` are the nodes
   * that could serve the call.
   */
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

  /**
   * Returns the cause for the first of these nodes that is certainly unavailable. If all of these nodes may be
   * available, returns `cluster-down` if no node serves some slot, otherwise undefined.
   */
  causeAmong(addresses: ReadonlySet<string>): CauseCode | undefined {
    for (const outages of [this.#lost, this.#down])
      for (const [address, { cause, isCertain }] of outages)
        if (isCertain && addresses.has(address)) return cause;
    return this.#uncovered.size > 0 ? 'cluster-down' : undefined;
  }

  /** Returns whether all of these nodes are certainly unavailable, even for reads. */
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
    const isElectedUntil = this.#failoverSeenAt + this.#electionPatienceMs;
    const patienceMs = refusals.has(cause) ? this.#refusedPatienceMs : this.#patienceMs;
    return { cause, isExpectedUntil: Math.max(since + patienceMs, isElectedUntil) };
  }
}
