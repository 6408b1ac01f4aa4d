import type { StatusFacts } from '../../../packages/core/src/resilience/status.ts';

/** The facts about a healthy connection. */
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
