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
const replyTests = ['replies/reply-error-verdicts.test.ts', 'replies/reply-error.test.ts'];

/** Circuit, budget, dialer, category, outcome and the state machine. */
export const mutationTargets: readonly MutationTarget[] = [
  ...['circuit', 'circuit-transition', 'failure-streak', 'rolling-window', 'slow-limit'].map((name) => ({
    file: `circuit/${name}.ts`,
    tests: ownFirst(name, circuitTests),
  })),
  { file: 'command/retry-budget.ts', tests: ['command/retry-budget.test.ts'] },
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
  { file: 'command/admission.ts', tests: ['command/admission.test.ts'] },
  { file: 'command/wait-policy.ts', tests: ['command/wait-policy.test.ts', 'command/admission.test.ts'] },
  { file: 'dialing/dialer.ts', tests: ownFirst('dialer', dialTests) },
  { file: 'handshake/throttled-credentials.ts', tests: ['handshake/throttled-credentials.test.ts'] },
  { file: 'sentinel/choose-replica.ts', tests: ['sentinel/choose-replica.test.ts'] },
  { file: 'socket/progress.ts', tests: ['socket/progress.test.ts'] },
  { file: 'socket/round-trip.ts', tests: ['socket/round-trip.test.ts'] },
  { file: 'command/batch-settlement.ts', tests: ['command/batch-settlement.test.ts'] },
  { file: 'command/transaction-guard.ts', tests: ['command/transaction-guard.test.ts'] },
  { file: 'command/retry-pause.ts', tests: ['command/retry-pause.test.ts'] },
  { file: 'connection/connection-transition.ts', tests: ['connection/connection-transition.test.ts'] },
  { file: 'resilience/status.ts', tests: ['resilience/status.test.ts', 'resilience/status-lanes.test.ts'] },
];

// A mutant is caught soonest by the tests that bear its file's name.
function ownFirst(name: string, tests: readonly string[]): readonly string[] {
  const own = new RegExp(`/${name}\\.[a-z.]*test\\.ts$`);
  return [...tests.filter((test) => own.test(test)), ...tests.filter((test) => !own.test(test))];
}
