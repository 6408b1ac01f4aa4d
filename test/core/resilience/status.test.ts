import { describe, expect, it } from 'vitest';
import {
  statusOf,
  type StatusFacts,
  type StatusVerdict,
} from '../../../packages/core/src/resilience/status.ts';
import { well } from './status-facts.ts';

const rows: readonly (readonly [string, Partial<StatusFacts>, StatusVerdict])[] = [
  ['all is well', {}, { status: 'up', reads: true, writes: true, cause: undefined }],
  ['not begun', { connection: 'idle' }, { status: 'down', reads: false, writes: false, cause: undefined }],
  [
    'the first connection',
    { connection: 'connecting' },
    { status: 'down', reads: false, writes: false, cause: undefined },
  ],
  [
    'refused at the start',
    { connection: 'connecting', connectionCause: 'connection-refused' },
    { status: 'down', reads: false, writes: false, cause: 'connection-refused' },
  ],
  [
    'lost',
    { connection: 'reconnecting', connectionCause: 'connection-reset' },
    { status: 'down', reads: false, writes: false, cause: 'connection-reset' },
  ],
  [
    'stalled',
    { connection: 'stalled', connectionCause: 'stalled' },
    { status: 'down', reads: false, writes: false, cause: 'stalled' },
  ],
  ['closed', { connection: 'ended' }, { status: 'down', reads: false, writes: false, cause: 'closed' }],
  [
    'a replica in the place of the primary',
    { writesHeldBy: 'read-only' },
    { status: 'degraded', reads: true, writes: false, cause: 'read-only' },
  ],
  [
    'a lost primary of a cluster',
    { partlyAwayBy: 'connection-refused' },
    { status: 'degraded', reads: true, writes: true, cause: 'connection-refused' },
  ],
  [
    'a cluster that is down because a primary is missing',
    { connection: 'stalled', connectionCause: 'cluster-down', partlyAwayBy: 'connection-refused' },
    { status: 'down', reads: false, writes: false, cause: 'cluster-down' },
  ],
  [
    'out of memory',
    { writeCircuit: 'open', writeCause: 'out-of-memory' },
    { status: 'degraded', reads: true, writes: false, cause: 'out-of-memory' },
  ],
  [
    'writes on trial',
    { writeCircuit: 'half-open', writeCause: 'error-rate' },
    { status: 'degraded', reads: true, writes: true, cause: 'error-rate' },
  ],
  [
    'writes that were refused, on trial',
    { writeCircuit: 'half-open', writeCause: 'out-of-memory' },
    { status: 'degraded', reads: true, writes: false, cause: 'out-of-memory' },
  ],
  [
    'reads open, writes not',
    { readCircuit: 'open', readCause: 'slow' },
    { status: 'degraded', reads: false, writes: true, cause: 'slow' },
  ],
  [
    'reads on trial',
    { readCircuit: 'half-open', readCause: 'slow' },
    { status: 'degraded', reads: true, writes: true, cause: 'slow' },
  ],
  [
    'reads isolated by hand, writes open',
    { readCircuit: 'isolated', writeCircuit: 'open', writeCause: 'out-of-memory' },
    { status: 'down', reads: false, writes: false, cause: 'isolated' },
  ],
  [
    'writes isolated by hand, reads open',
    { writeCircuit: 'isolated', readCircuit: 'open', readCause: 'slow' },
    { status: 'down', reads: false, writes: false, cause: 'isolated' },
  ],
  [
    'both open',
    { readCircuit: 'open', readCause: 'slow', writeCircuit: 'open', writeCause: 'slow' },
    { status: 'down', reads: false, writes: false, cause: 'slow' },
  ],
  [
    'both isolated',
    { readCircuit: 'isolated', writeCircuit: 'isolated', readCause: 'isolated', writeCause: 'isolated' },
    { status: 'down', reads: false, writes: false, cause: 'isolated' },
  ],
  [
    'isolated while lost',
    {
      connection: 'reconnecting',
      connectionCause: 'connection-reset',
      readCircuit: 'isolated',
      writeCircuit: 'isolated',
    },
    { status: 'down', reads: false, writes: false, cause: 'isolated' },
  ],
  [
    'lost while a circuit is open',
    {
      connection: 'reconnecting',
      connectionCause: 'connection-refused',
      readCircuit: 'open',
      readCause: 'slow',
    },
    { status: 'down', reads: false, writes: false, cause: 'connection-refused' },
  ],
];

describe('the status', () => {
  it.each(rows)('is judged for the case: %s', (_what, facts, verdict) => {
    expect(statusOf({ ...well, ...facts })).toEqual(verdict);
  });
});
