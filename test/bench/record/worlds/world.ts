import type { OneCommand } from '@redis-resilience/testing/history';
import type { Target } from '../../faults/peers/peer.js';

/** Real servers, and the ways in which they break. */
export interface World {
  readonly target: Target;
  readonly faults: readonly WorldFault[];
  /** Asks the servers themselves. */
  ask(command: OneCommand): Promise<unknown>;
  stop(): Promise<void>;
}

export interface WorldFault {
  readonly name: string;
  /** Whether the servers may lose what they acknowledged shortly before, because it was not replicated. */
  readonly losesData?: boolean;
  /** Lasts `forMs`, if it lasts; resolves when the servers serve again. `amount` is from 0 to 1. */
  run(forMs: number, amount: number): Promise<void>;
}

/** A kind of world, by the name that the command line has for it. */
export interface WorldKind {
  readonly name: string;
  readonly label: string;
  start(): Promise<World>;
}
