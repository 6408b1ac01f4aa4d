import type { CommandResult } from '@redis-resilience/core';
import { expect, it } from 'vitest';
import { outcomePoints, rejectionPoints } from '../../packages/telemetry/src/measure/command-points.ts';

const results: Readonly<Record<CommandResult, number>> = {
  ok: 1,
  REPLY: 1,
  REDIS_UNAVAILABLE: 1,
  CIRCUIT_OPEN: 1,
  COMMAND_TIMEOUT: 1,
  OUTCOME_UNKNOWN: 1,
  OVERLOADED: 1,
  WATCH_LOST: 1,
  LEASE_ENDED: 1,
  BUDGET_EXCEEDED: 1,
  CONFIGURATION: 1,
};

it('every command that is counted as rejected has a reason', () => {
  const totals = { read: { results }, write: { results } } as never;
  const rejected = outcomePoints(totals).find(({ labels }) => labels['outcome'] === 'rejected');
  const reasons = rejectionPoints(totals).filter(({ labels }) => labels['lane'] === 'read');
  expect(reasons.reduce((sum, { value }) => sum + value, 0)).toBe(rejected?.value);
});
