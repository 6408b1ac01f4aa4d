import type { Stage } from '../stage.ts';

/** The objects that a fault acts on. */
export interface FaultContext {
  readonly stage: Stage;
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** Breaks something. The returned function repairs it: once it has resolved, new connections reach a working Redis. */
export type Fault = (context: FaultContext) => Promise<() => Promise<void>>;
