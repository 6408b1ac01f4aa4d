/** A file whose mutants are to be caught, and the pure tests that are about it, quick ones first. */
export interface MutationTarget {
  /** Under packages/core/src. */
  readonly file: string;
  /** Under test/core; asked in this order, until one fails. */
  readonly tests: readonly string[];
}

const circuitTests = [
  'circuit/circuit.closed.test.ts',
  'circuit/circuit.half-open.test.ts',
  'circuit/circuit.open.test.ts',
  'circuit/circuit.isolation.test.ts',
  'circuit/circuit.modes.test.ts',
  'circuit/circuit-transition.test.ts',
  'circuit/rolling-window.test.ts',
  'circuit/rolling-window.fractions.test.ts',
  'circuit/failure-streak.test.ts',
  'circuit/slow-limit.test.ts',
  'circuit/slow-limit.memory.test.ts',
  'circuit/circuit.bystanders.test.ts',
  'circuit/circuit.model.test.ts',
  'circuit/circuit.small-model.test.ts',
];
const dialTests = [
  'dialing/dial-pace.test.ts',
  'dialing/dial-pace.bounds.test.ts',
  'dialing/dial-transition.test.ts',
  'dialing/dial-transition.flaps.test.ts',
  'dialing/dial-transition.begin.test.ts',
  'dialing/dial-transition.clock.test.ts',
  'dialing/dial-transition.outcomes.test.ts',
  'dialing/dial-speed.test.ts',
  'dialing/dial-speed.learning.test.ts',
  'dialing/fleet-size.test.ts',
  'dialing/fleet-size.calm.test.ts',
  'dialing/dialer.contract.test.ts',
  'dialing/dialer.books.test.ts',
  'dialing/dialer.boot.test.ts',
  'dialing/dialer.outage.test.ts',
  'dialing/dialer.flapping.test.ts',
  'dialing/dialer.properties.test.ts',
];
const categoryTests = [
  'catalogue/categorise.test.ts',
  'catalogue/argument-words.test.ts',
  'catalogue/categorise-options.test.ts',
  'catalogue/command-table.test.ts',
  'catalogue/command-traits.test.ts',
  'catalogue/blocking-timeout.test.ts',
];
const readerTests = [
  'replies/reply-header.test.ts',
  'replies/reply-reader.test.ts',
  'replies/reply-reader.limits.test.ts',
  'replies/reply-reader.chunks.test.ts',
];
const targetTests = [
  'target/refused-target.test.ts',
  'target/parse-target.test.ts',
  'target/cluster-node.test.ts',
];
const callTests = [
  'command/admission.test.ts',
  'command/batch.test.ts',
  'command/call-list.test.ts',
  'command/call-errors.test.ts',
  'command/call-outcome-recorder.test.ts',
  'command/decide.test.ts',
  'command/happening.test.ts',
  'command/in-flight.test.ts',
  'command/slow-path.test.ts',
  'command/scan-guard.test.ts',
  'command/transaction-guard.test.ts',
  'command/waiting-queue.test.ts',
  'command/gate-state.test.ts',
  'command/gate.admission.test.ts',
  'command/gate.deadlines.test.ts',
  'command/gate.retries.test.ts',
  'command/gate.batches.test.ts',
  'command/entrance.context.test.ts',
];
const replyTests = ['replies/reply-error-verdicts.test.ts', 'replies/reply-error.test.ts'];

const connectionTests = [
  'connection/connection.first.test.ts',
  'connection/connection.lost.test.ts',
  'connection/connection.stalled.test.ts',
  'connection/connection.closed.test.ts',
  'connection/connector.test.ts',
];

/** Circuit, retry budget, dialer, categories, the command path and the state machine of a connection. */
export const mutationTargets: readonly MutationTarget[] = [
  ...['circuit', 'circuit-transition', 'failure-streak', 'rolling-window', 'slow-limit'].map((name) => ({
    file: `circuit/${name}.ts`,
    tests: ownFirst(name, circuitTests),
  })),
  { file: 'circuit/retry-budget.ts', tests: ['circuit/retry-budget.test.ts'] },
  { file: 'circuit/circuit-probe.ts', tests: ['circuit/circuit-probe.test.ts'] },
  ...['dial-pace', 'dial-transition', 'dial-speed', 'fleet-size'].map((name) => ({
    file: `dialing/${name}.ts`,
    tests: ownFirst(name, dialTests),
  })),
  ...[
    'categorise',
    'argument-options',
    'argument-words',
    'argument-rules-collections',
    'argument-rules-modules',
    'argument-rules-store',
    'argument-rules-strings',
    'command-traits',
  ].map((name) => ({ file: `catalogue/${name}.ts`, tests: categoryTests })),
  { file: 'replies/reply-error.ts', tests: replyTests },
  ...['reply-header', 'reply-reader'].map((name) => ({ file: `replies/${name}.ts`, tests: readerTests })),
  ...['parse-target', 'host-addresses', 'url-login', 'url-parameters'].map((name) => ({
    file: `target/${name}.ts`,
    tests: targetTests,
  })),
  ...[
    'admission',
    'answers',
    'batch/batch',
    'batch/joined-batch',
    'call',
    'call-errors',
    'call-outcome-recorder',
    'decide',
    'dispatch',
    'entrance',
    'gate',
    'gate-state',
    'happening',
    'in-flight',
    'slow-path',
    'guards/scan-guard',
    'guards/transaction-guard',
    'waiting-queue',
  ].map((name) => ({ file: `command/${name}.ts`, tests: ownFirst(name, callTests) })),
  ...['alarm', 'clock-timer'].map((name) => ({
    file: `event-loop/${name}.ts`,
    tests: ['event-loop/alarm.test.ts'],
  })),
  { file: 'event-loop/due-queue.ts', tests: ['event-loop/due-queue.test.ts'] },
  { file: 'dialing/dialer.ts', tests: ownFirst('dialer', dialTests) },
  { file: 'handshake/throttled-credentials.ts', tests: ['handshake/throttled-credentials.test.ts'] },
  { file: 'sentinel/choose-replica.ts', tests: ['sentinel/choose-replica.test.ts'] },
  { file: 'cluster/slots/slot-watch.ts', tests: ['cluster/slot-watch.test.ts'] },
  ...['node-dialers', 'single-attempt'].map((name) => ({
    file: `cluster/${name}.ts`,
    tests: [`cluster/${name}.test.ts`],
  })),
  { file: 'socket/progress.ts', tests: ['socket/progress.test.ts'] },
  { file: 'socket/round-trip.ts', tests: ['socket/round-trip.test.ts'] },
  { file: 'socket/wire.ts', tests: ['socket/wire.test.ts'] },
  ...['stall-watch', 'stall-inquiry', 'held-by-server', 'second-connection', 'blocking-check'].map(
    (name) => ({
      file: `stall/${name}.ts`,
      tests: [`stall/${name}.test.ts`],
    }),
  ),
  ...['connection', 'connector'].map((name) => ({
    file: `connection/${name}.ts`,
    tests: ownFirst(name, connectionTests),
  })),
  ...['connection-attempts', 'peaceful-replacement', 'reconnector', 'subscriptions'].map((name) => ({
    file: `connection/${name}.ts`,
    tests: [`connection/${name}.test.ts`],
  })),
  { file: 'stall/stall-guard.ts', tests: connectionTests },
  ...['second-connections', 'second-question', 'spare-socket'].map((name) => ({
    file: `stall/${name}.ts`,
    tests: ['stall/second-connection.test.ts', 'stall/stall-inquiry.test.ts'],
  })),
  { file: 'connection/connection-transition.ts', tests: ['connection/connection-transition.test.ts'] },
  { file: 'resilience/status.ts', tests: ['resilience/status.test.ts', 'resilience/status-lanes.test.ts'] },
  {
    file: 'resilience/snapshot-keeper.ts',
    tests: ['resilience/snapshot-keeper.test.ts', 'resilience/snapshot-keeper.changes.test.ts'],
  },
];

// A mutant is caught soonest by the tests that bear its file's name.
function ownFirst(name: string, tests: readonly string[]): readonly string[] {
  const own = new RegExp(`/${name}\\.[a-z.]*test\\.ts$`);
  return [...tests.filter((test) => own.test(test)), ...tests.filter((test) => !own.test(test))];
}
