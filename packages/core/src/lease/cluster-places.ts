import type { PartAway } from '../command/dispatch.ts';
import type { ProtectedCluster } from '../cluster/protected-cluster.ts';
import { ConfigurationError } from '../errors.ts';
import { keySlot } from '../keys/key-slot.ts';
import type { LeasePlace, LeasePlaces } from './places.ts';
import type { LeaseConnection } from './pool/pool-member.ts';
import type { PoolMain } from './pool/pool-parts.ts';

export interface ClusterPlacesParts {
  readonly main: ProtectedCluster;
  readonly now: () => number;
  /** The prefix that the client gives to every key. */
  readonly keyPrefix: string;
  /** Returns the address of the node that serves a slot; undefined if that node is not known. */
  readonly ownerOf: (slot: number) => string | undefined;
  /** Creates a connection to the node at this address. */
  readonly connectTo: (address: string, slot: number, isAwaited: () => boolean) => LeaseConnection;
}

/** The nodes of a Cluster. The connection of a lease leads to the node that serves the key of the lease. */
export class ClusterPlaces implements LeasePlaces {
  readonly canMove = true;
  readonly #parts: ClusterPlacesParts;

  constructor(parts: ClusterPlacesParts) {
    this.#parts = parts;
  }

  placeOf(keys: readonly (string | Buffer)[]): LeasePlace {
    const { ownerOf, connectTo } = this.#parts;
    const slot = this.#slotOf(keys);
    const address = ownerOf(slot) ?? '';
    return {
      address,
      slot,
      main: this.#mainOf(slot, address),
      connect: (isAwaited) => connectTo(address, slot, isAwaited),
    };
  }

  trouble(): void {
    this.#parts.main.drop('cluster-down');
  }

  #slotOf(keys: readonly (string | Buffer)[]): number {
    const [slot, ...others] = new Set(keys.map((key) => keySlot(prefixed(this.#parts.keyPrefix, key))));
    if (slot !== undefined && others.length === 0) return slot;
    throw new ConfigurationError(
      slot === undefined
        ? 'On a Cluster, lease() needs a key of its work: lease(work, { key }). The connection leads to its node.'
        : 'The keys of transaction() are in several slots of the Cluster. Give them one hash tag, such as {user:1}.',
    );
  }

  #mainOf(slot: number, address: string): PoolMain {
    const { main, now } = this.#parts;
    const away = (): PartAway | undefined => main.topology.partAway(slot, 'write');
    return {
      get state() {
        return address === '' && main.state === 'ready' ? 'connecting' : main.state;
      },
      get cause() {
        return main.cause ?? away()?.cause;
      },
      get readAt() {
        return main.readAt;
      },
      changePatienceMs: 0,
      facts() {
        const facts = main.gate.state.factsForAll();
        const part = facts.gate === 'serving' ? away() : undefined;
        if (part === undefined) return facts;
        // While the node is expected back, a lease waits until its deadline, as a command does.
        return { ...facts, gate: 'held', awaySince: now() < part.isExpectedUntil ? undefined : -Infinity };
      },
      ping: () => main.ping(),
      nextAttemptMs: () => main.nextAttemptMs(),
    };
  }
}

function prefixed(prefix: string, key: string | Buffer): string | Buffer {
  if (prefix === '') return key;
  return typeof key === 'string' ? prefix + key : Buffer.concat([Buffer.from(prefix), key]);
}
