import type { Stage } from '../stage.ts';

/** What a fault is told. */
export interface FaultContext {
  readonly stage: Stage;
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** Breaks something, and gives back how to mend it. When that has run, Redis is back for whoever connects anew. */
export type Fault = (context: FaultContext) => Promise<() => Promise<void>>;
