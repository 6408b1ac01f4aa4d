import type { ProtectedClient } from '../../connection/protected-client.ts';
import type { Redis } from '../../ioredis/clients.ts';
import { leasedClients, type ClientUse } from '../../ioredis/leased/leased-client.ts';
import type { MemberState } from './member-state.ts';

/** A connection that a pool may lend. */
export interface LeaseConnection {
  readonly client: Redis;
  readonly guarded: ProtectedClient;
  /** The number of the database that every lease begins with. Of several databases each has its own. */
  readonly database: () => number;
}

/** One connection of a pool. */
export class PoolMember {
  readonly client: Redis;
  readonly guarded: ProtectedClient;
  readonly #database: () => number;
  /** Makes the client that one lease gets. */
  readonly clientFor: (use: ClientUse) => Redis;
  state: MemberState;

  constructor({ client, guarded, database }: LeaseConnection, now: number) {
    this.client = client;
    this.guarded = guarded;
    this.#database = database;
    this.clientFor = leasedClients(client);
    this.state = { kind: 'connecting', since: now };
  }

  get database(): number {
    return this.#database();
  }

  get isServing(): boolean {
    return this.guarded.state === 'ready';
  }

  /** The socket is lost, and not only silent. */
  get isGone(): boolean {
    return this.guarded.state !== 'ready' && this.guarded.state !== 'stalled';
  }

  /** Calls that wait or are in flight. */
  pendingCalls(): number {
    const { waiting, inFlight } = this.guarded.gate.counts();
    return waiting + inFlight;
  }

  /** Whether something was read from it within this time. */
  isHeardWithin(ms: number, now: number): boolean {
    return now - (this.guarded.readAt ?? -Infinity) <= ms;
  }
}
