import type { ResolvedTarget, Destination } from '../connection/target-of.ts';
import type { Dialer } from '../dialing/dialer.ts';

/** Everything that one client needs to connect to one target. */
export interface Route {
  /** Name of the database, if there are several. */
  readonly database: string | undefined;
  readonly destination: Destination;
  readonly target: ResolvedTarget;
  readonly dialer: Dialer;
  /** Whether the server should be a primary, so that a replica in its place is a fault. */
  readonly expectsPrimary: boolean;
  /** Whether the target serves only reads. */
  readonly isReadOnly: boolean;
  /** Whether the client belongs to a pool of leased connections. */
  readonly isLeased: boolean;
}
