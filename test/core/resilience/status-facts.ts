import type { StatusFacts } from '../../../packages/core/src/resilience/status.ts';

/** Connected, and nothing hinders either lane. */
export const well: StatusFacts = {
  connection: 'ready',
  connectionCause: undefined,
  readCircuit: 'closed',
  writeCircuit: 'closed',
  readCause: undefined,
  writeCause: undefined,
  writesHeldBy: undefined,
  partlyAwayBy: undefined,
};
