import type { RedisSnapshot, SnapshotDetail } from '@redis-resilience/core';
import type { ConnectionMeter } from './connection-meter.ts';
import { lanes } from './command-points.ts';
import type { Point } from './counts.ts';
import type { Instrument } from './instrument.ts';
import { circuitStates, connectionStates, stateSet, statuses } from './state-set.ts';

/** The gauges of each connection. The values come from the methods `snapshot()` and `detail()` of the connection. */
export const connectionGauges: readonly Instrument[] = [
  gauge('up', '1 while the status is up, otherwise 0.', [], { merge: 'min' }, ({ snapshot }) => [
    point(snapshot.status === 'up' ? 1 : 0),
  ]),
  gauge(
    'status',
    'Status of the connection: 1 for the current status, 0 for the others.',
    ['status'],
    {},
    ({ snapshot }) => stateSet('status', statuses, snapshot.status),
  ),
  gauge(
    'state',
    'State of the connection: 1 for the current state, 0 for the others.',
    ['state'],
    {},
    ({ snapshot }) => stateSet('state', connectionStates, snapshot.connection),
  ),
  gauge(
    'cause',
    'Why the status is not up: 1 for the current cause, no sample if there is none.',
    ['cause'],
    {},
    (now) => (now.snapshot.cause === undefined ? [] : [point(1, { cause: now.snapshot.cause.code })]),
  ),
  gauge(
    'database',
    'Database in use: 1 if it is the preferred one, otherwise 0; no sample if there is only one database.',
    ['database'],
    {},
    ({ snapshot: { database } }) =>
      database === undefined ? [] : [point(Number(database.preferred), { database: database.name })],
  ),
  gauge(
    'lane_available',
    '1 while reads, or writes, are expected to work, otherwise 0.',
    ['lane'],
    { merge: 'min' },
    (now) => [
      point(Number(now.snapshot.reads), { lane: 'read' }),
      point(Number(now.snapshot.writes), { lane: 'write' }),
    ],
  ),
  gauge(
    'circuit_state',
    'State of each circuit: 1 for the current state, 0 for the others.',
    ['lane', 'state'],
    {},
    ({ snapshot }) =>
      lanes.flatMap((lane) => stateSet('state', circuitStates, snapshot.circuit[lane], { lane })),
  ),
  gauge(
    'status_since_timestamp_seconds',
    'Time at which the current status began, in seconds since the epoch.',
    [],
    { unit: 's', merge: 'max' },
    ({ snapshot }) => [point(snapshot.since.getTime() / 1000)],
  ),
  gauge(
    'retry_after_seconds',
    'Time to the next connection attempt or trial call; 0 when none is scheduled.',
    [],
    { unit: 's', merge: 'max' },
    ({ snapshot }) => [point((snapshot.retryAfterMs ?? 0) / 1000)],
  ),
  gauge('connections', 'Connections, including duplicates and cluster nodes.', [], {}, ({ detail }) => [
    point(detail.connections),
  ]),
  gauge('ready_connections', 'Connections that are ready for commands.', [], {}, ({ detail }) => [
    point(detail.readyConnections),
  ]),
  gauge('waiting_commands', 'Commands waiting for Redis to come back.', [], {}, ({ detail }) => [
    point(detail.waiting),
  ]),
  gauge('waiting_bytes', 'Size of the arguments of waiting commands.', [], { unit: 'By' }, ({ detail }) => [
    point(detail.waitingBytes),
  ]),
  gauge('in_flight_commands', 'Commands that were sent and have no reply yet.', [], {}, ({ detail }) => [
    point(detail.inFlight),
  ]),
  gauge('retry_budget_tokens', 'Tokens left in the retry budget.', [], { merge: 'min' }, ({ detail }) => [
    point(detail.retryBudget),
  ]),
  gauge(
    'event_loop_lag_seconds',
    'Latest measured delay of the event loop in this process.',
    [],
    { unit: 's', merge: 'max' },
    ({ detail }) => [point(detail.eventLoopLagMs / 1000)],
  ),
];

interface Present {
  readonly snapshot: RedisSnapshot;
  readonly detail: SnapshotDetail;
}

function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  { unit = '1', merge }: { readonly unit?: string; readonly merge?: 'min' | 'max' },
  read: (present: Present) => readonly Point[],
): Instrument {
  return {
    name: `redis_resilience_${name}`,
    kind: 'gauge',
    help,
    unit,
    labels: ['connection', ...labels],
    ...(merge === undefined ? {} : { merge }),
    read: ({ connections }) => connections.flatMap((meter) => readOne(meter, read)),
  };
}

function readOne({ resilience }: ConnectionMeter, read: (present: Present) => readonly Point[]): Point[] {
  const points = read({ snapshot: resilience.snapshot(), detail: resilience.detail() });
  return points.map(({ labels, value }) => ({ labels: { connection: resilience.name, ...labels }, value }));
}

function point(value: number, labels: Readonly<Record<string, string>> = {}): Point {
  return { labels, value };
}
