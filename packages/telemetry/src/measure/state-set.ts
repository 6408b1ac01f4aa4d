import type { CircuitState, ConnectionState, Status } from '@redis-resilience/core';
import type { Point } from './counts.ts';

export const statuses = ['up', 'degraded', 'down'] as const satisfies readonly Status[];

export const connectionStates = [
  'idle',
  'connecting',
  'ready',
  'stalled',
  'reconnecting',
  'ended',
] as const satisfies readonly ConnectionState[];

export const circuitStates = [
  'closed',
  'open',
  'half-open',
  'isolated',
] as const satisfies readonly CircuitState[];

/** Returns one point for each state: 1 for the state `present`, 0 for the others. */
export function stateSet(
  label: string,
  states: readonly string[],
  present: string,
  labels: Readonly<Record<string, string>> = {},
): Point[] {
  return states.map((state) => ({ labels: { ...labels, [label]: state }, value: state === present ? 1 : 0 }));
}
