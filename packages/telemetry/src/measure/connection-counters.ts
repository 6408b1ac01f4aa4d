import { commandBounds, figuresOf, outageBounds } from './durations.ts';
import { lanes, outcomePoints, rejectionPoints } from './command-points.ts';
import type { ConnectionMeter } from './connection-meter.ts';
import type { Point } from './counts.ts';
import type { Distribution, DurationInstrument, Instrument } from './instrument.ts';

/**
 * The counters of each connection. The counters `commands` and `rejections` contain everything since the connection was
 * created. All others count from the registration of the metrics.
 */
export const connectionCounters: readonly Instrument[] = [
  counter(
    'outages',
    'Outages, by first cause; an outage begins when the status is no longer up.',
    ['cause'],
    ({ outages }) => outages.points(),
  ),
  counter(
    'reconnect_attempts',
    'Connection attempts, by cause of failure; none for a success.',
    ['cause'],
    ({ attempts }) => attempts.points(),
  ),
  counter('commands', 'Commands, by lane (read or write) and outcome.', ['lane', 'outcome'], ({ commands }) =>
    outcomePoints(commands),
  ),
  counter(
    'operations',
    'Calls to execute, by lane (read or write) and outcome.',
    ['lane', 'outcome'],
    (meter) => meter.operations.outcomes.points(),
  ),
  counter(
    'rejections',
    'Commands that did not run, by reason; the reason budget means that the request had used up its budget.',
    ['lane', 'reason'],
    ({ commands }) => rejectionPoints(commands),
  ),
  counter('retries', 'Retries of commands, by the outcome of the previous attempt.', ['outcome'], (meter) =>
    meter.retries.points(),
  ),
  counter('circuit_changes', 'State changes of a circuit, by new state.', ['lane', 'to'], (meter) =>
    meter.circuitChanges.points(),
  ),
  counter(
    'database_changes',
    'Switches to another database, by its name and the reason.',
    ['to', 'reason'],
    (meter) => meter.databaseChanges.points(),
  ),
  counter('would_refuse', 'Commands that a circuit in mode observe would have refused.', ['lane'], (meter) =>
    meter.wouldRefuse.points(),
  ),
  counter(
    'subscriber_gaps',
    'Times that a subscriber was disconnected and may have missed messages.',
    [],
    ({ gaps }) => gaps.points(),
  ),
  counter(
    'process_freezes',
    'Times that this process was frozen, suspended or blocked, by kind.',
    ['kind'],
    ({ freezes }) => freezes.points(),
  ),
  counter(
    'outbox_writes',
    'Outbox events, by kind: a write was kept, replayed or dropped, or became a dead letter.',
    ['event'],
    (meter) => meter.outboxEvents.points(),
  ),
];

/** The histograms of each connection. */
export const connectionDurations: readonly DurationInstrument[] = [
  {
    name: 'redis_resilience_outage_duration_seconds',
    help: 'Duration of outages that have ended.',
    labels: ['connection'],
    bounds: outageBounds,
    read: ofEach(({ outageDurations }) => [{ labels: {}, durations: outageDurations }]),
  },
  {
    name: 'redis_resilience_command_duration_seconds',
    help: 'Time from sending a command to its reply or failure.',
    labels: ['connection', 'lane'],
    bounds: commandBounds,
    read: ofEach(({ commands }) =>
      lanes.map((lane) => ({ labels: { lane }, durations: figuresOf(commands[lane].durations) })),
    ),
  },
  {
    name: 'redis_resilience_operation_duration_seconds',
    help: 'Duration of execute calls, including waiting, retries and fallback.',
    labels: ['connection', 'lane'],
    bounds: commandBounds,
    read: ofEach(({ operations }) =>
      lanes.map((lane) => ({ labels: { lane }, durations: operations[lane] })),
    ),
  },
  {
    name: 'redis_resilience_wait_duration_seconds',
    help: 'Waiting time of commands that were never sent.',
    labels: ['connection', 'lane'],
    bounds: commandBounds,
    read: ofEach(({ commands }) =>
      lanes.map((lane) => ({ labels: { lane }, durations: figuresOf(commands[lane].waits) })),
    ),
  },
];

function counter(
  name: string,
  help: string,
  labels: readonly string[],
  read: (meter: ConnectionMeter) => Iterable<Point>,
): Instrument {
  return {
    name: `redis_resilience_${name}_total`,
    kind: 'counter',
    help,
    unit: '1',
    labels: ['connection', ...labels],
    read: ({ connections }) =>
      connections.flatMap((meter) =>
        Array.from(read(meter), (point) => ({
          labels: { connection: meter.resilience.name, ...point.labels },
          value: point.value,
        })),
      ),
  };
}

function ofEach(read: (meter: ConnectionMeter) => readonly Distribution[]): DurationInstrument['read'] {
  return ({ connections }) =>
    connections.flatMap((meter) =>
      read(meter).map(({ labels, durations }) => ({
        labels: { connection: meter.resilience.name, ...labels },
        durations,
      })),
    );
}
