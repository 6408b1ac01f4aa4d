import { commandBounds, figuresOf, outageBounds } from './durations.ts';
import { lanes, outcomePoints, rejectionPoints } from './command-tally.ts';
import type { ConnectionMeter } from './connection-meter.ts';
import type { Point } from './counts.ts';
import type { Distribution, DurationInstrument, Instrument } from './instrument.ts';

/** What happened to each connection since counting began. */
export const connectionCounters: readonly Instrument[] = [
  counter('outages', 'Times the status left up, by the first cause.', ['cause'], ({ outages }) =>
    outages.points(),
  ),
  counter(
    'reconnect_attempts',
    'Connection attempts by the cause of their failure; none: it succeeded.',
    ['cause'],
    ({ attempts }) => attempts.points(),
  ),
  counter('commands', 'Commands by lane and by what became of them.', ['lane', 'outcome'], ({ commands }) =>
    outcomePoints(commands),
  ),
  counter(
    'operations',
    'Calls of execute by lane and by what became of them.',
    ['lane', 'outcome'],
    (meter) => meter.operations.outcomes.points(),
  ),
  counter(
    'rejections',
    'Commands that were not sent, by reason; budget: the request had spent its budget.',
    ['lane', 'reason'],
    ({ commands }) => rejectionPoints(commands),
  ),
  counter(
    'retries',
    'Commands that were sent again, by the outcome of the attempt before.',
    ['outcome'],
    (meter) => meter.retries.points(),
  ),
  counter('circuit_changes', 'Changes of a circuit, by the state it went to.', ['lane', 'to'], (meter) =>
    meter.circuitChanges.points(),
  ),
  counter('would_refuse', 'Commands the circuit would have refused, in mode observe.', ['lane'], (meter) =>
    meter.wouldRefuse.points(),
  ),
  counter('subscriber_gaps', 'Times a subscriber was away and may have missed messages.', [], ({ gaps }) =>
    gaps.points(),
  ),
  counter('process_freezes', 'Times this process stood still, by kind.', ['kind'], ({ freezes }) =>
    freezes.points(),
  ),
  counter('outbox_writes', 'Writes of the outbox, by what became of them.', ['event'], (meter) =>
    meter.outboxEvents.points(),
  ),
];

/** How long things took on each connection. */
export const connectionDurations: readonly DurationInstrument[] = [
  {
    name: 'redis_resilience_outage_duration_seconds',
    help: 'How long outages lasted that are over.',
    labels: ['connection'],
    bounds: outageBounds,
    read: ofEach(({ outageDurations }) => [{ labels: {}, durations: outageDurations }]),
  },
  {
    name: 'redis_resilience_command_duration_seconds',
    help: 'From sending a command to its answer, or until it was given up.',
    labels: ['connection', 'lane'],
    bounds: commandBounds,
    read: ofEach(({ commands }) =>
      lanes.map((lane) => ({ labels: { lane }, durations: figuresOf(commands[lane].durations) })),
    ),
  },
  {
    name: 'redis_resilience_operation_duration_seconds',
    help: 'Duration of calls of execute, with waiting, retries and fallback.',
    labels: ['connection', 'lane'],
    bounds: commandBounds,
    read: ofEach(({ operations }) =>
      lanes.map((lane) => ({ labels: { lane }, durations: operations[lane] })),
    ),
  },
  {
    name: 'redis_resilience_wait_duration_seconds',
    help: 'How long commands waited that were never sent in the end.',
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
