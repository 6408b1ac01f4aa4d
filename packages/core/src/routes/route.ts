import type { ResolvedTarget, Signpost } from '../connection/target-of.ts';
import type { Dialer } from '../dialing/dialer.ts';

/** All that leads one client to one place. */
export interface Route {
  /** Of the database, where there are several. */
  readonly database: string | undefined;
  readonly signpost: Signpost;
  readonly target: ResolvedTarget;
  readonly dialer: Dialer;
  /** Whether a replica is a fault there. */
  readonly expectsPrimary: boolean;
  /** Whether only reads are served there. */
  readonly isReadOnly: boolean;
}
