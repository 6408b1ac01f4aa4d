import type { Stage } from '../stage.ts';

export const faultNames = [
  'restart',
  'freeze',
  'blackhole',
  'latency',
  'reset',
  'failover',
  'password-rotation',
  'max-clients',
  'full-memory',
] as const;

export type FaultName = (typeof faultNames)[number];

/** What a fault is told. */
export interface FaultContext {
  readonly stage: Stage;
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** Breaks something, and gives back how to mend it. When that has run, Redis is back for whoever connects anew. */
export type Fault = (context: FaultContext) => Promise<() => Promise<void>>;
