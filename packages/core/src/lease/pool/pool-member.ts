import type { ProtectedClient } from '../../connection/protected-client.ts';
import type { Redis } from '../../ioredis/clients.ts';
import { leasedClients, type ClientUse } from '../../ioredis/leased/leased-client.ts';
import type { MemberState } from './member-state.ts';

/** A connection that a pool may lend. */
export interface LeaseConnection {
  readonly client: Redis;
  readonly guarded: ProtectedClient;
  /**
   * Returns the database number (`SELECT`) with which every lease begins. If several Redis databases are configured,
   * the number may change with the database in use.
   */
  readonly database: () => number;
}

/** One pooled connection. */
export class PoolMember {
  readonly client: Redis;
  readonly guarded: ProtectedClient;
  readonly #database: () => number;
  /** Creates the client for one lease. */
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

  /** Whether the socket is lost, and not merely without replies. */
  get isGone(): boolean {
    return this.guarded.state !== 'ready' && this.guarded.state !== 'stalled';
  }

  /** Returns the number of calls that are waiting or in flight. */
  pendingCalls(): number {
    const { waiting, inFlight } = this.guarded.gate.counts();
    return waiting + inFlight;
  }

  /** Whether anything has been read from the connection in the last `ms` milliseconds. */
  isHeardWithin(ms: number, now: number): boolean {
    return now - (this.guarded.readAt ?? -Infinity) <= ms;
  }
}
