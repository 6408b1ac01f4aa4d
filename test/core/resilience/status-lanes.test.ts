import { describe, expect, it } from 'vitest';
import type { CircuitState } from '../../../packages/core/src/snapshot.ts';
import { statusOf } from '../../../packages/core/src/resilience/status.ts';
import { well } from './status-facts.ts';

describe('the status while one lane alone is in trouble', () => {
  it.each<[read: CircuitState, write: CircuitState, reads: boolean, writes: boolean]>([
    ['half-open', 'closed', true, true],
    ['closed', 'half-open', true, true],
    ['open', 'closed', false, true],
    ['closed', 'open', true, false],
    ['isolated', 'closed', false, true],
    ['closed', 'isolated', true, false],
  ])('is degraded when reads are %s and writes %s', (readCircuit, writeCircuit, reads, writes) => {
    const causes = {
      readCause: readCircuit === 'closed' ? undefined : 'slow',
      writeCause: writeCircuit === 'closed' ? undefined : 'slow',
    } as const;
    const verdict = statusOf({ ...well, ...causes, readCircuit, writeCircuit });
    expect(verdict).toMatchObject({ status: 'degraded', reads, writes });
  });

  it.each<[read: CircuitState, write: CircuitState]>([
    ['isolated', 'closed'],
    ['closed', 'isolated'],
  ])('names the isolation before the lost connection: reads %s, writes %s', (readCircuit, writeCircuit) => {
    const lost = { connection: 'reconnecting', connectionCause: 'connection-reset' } as const;
    expect(statusOf({ ...well, ...lost, readCircuit, writeCircuit }).cause).toBe('isolated');
  });
});
