import type { Stage } from '../stage.ts';

/** The objects that a fault acts on. */
export interface FaultContext {
  readonly stage: Stage;
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: number;
}

/**
 * Breaks Redis or the network. Resolves with a function that repairs the fault; when the repair has resolved, the
 * application can use Redis again on new connections.
 */
export type Fault = (context: FaultContext) => Promise<() => Promise<void>>;
