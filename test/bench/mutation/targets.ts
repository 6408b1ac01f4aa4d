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
  'circuit/circuit-phase.test.ts',
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
  'connection/dial-pace.test.ts',
  'connection/dial-pace.bounds.test.ts',
  'connection/dial-schedule.test.ts',
  'connection/dial-schedule.flaps.test.ts',
  'connection/dial-schedule.begin.test.ts',
  'connection/dial-schedule.clock.test.ts',
  'connection/dial-schedule.outcomes.test.ts',
  'connection/dial-speed.test.ts',
  'connection/dial-speed.learning.test.ts',
  'connection/fleet-size.test.ts',
  'connection/fleet-size.calm.test.ts',
  'connection/dialer.contract.test.ts',
  'connection/dialer.books.test.ts',
  'connection/dialer.boot.test.ts',
  'connection/dialer.outage.test.ts',
  'connection/dialer.flapping.test.ts',
  'connection/dialer.properties.test.ts',
];
const categoryTests = [
  'command/categorise.test.ts',
  'command/argument-words.test.ts',
  'command/categorise-options.test.ts',
  'command/command-table.test.ts',
  'command/command-traits.test.ts',
  'command/blocking-timeout.test.ts',
];
const replyTests = ['command/reply-error-verdicts.test.ts', 'command/reply-error.test.ts'];

/** Circuit, budget, dialer, category, outcome and the state machine. */
export const mutationTargets: readonly MutationTarget[] = [
  ...['circuit', 'circuit-phase', 'failure-streak', 'rolling-window', 'slow-limit'].map((name) => ({
    file: `circuit/${name}.ts`,
    tests: ownFirst(name, circuitTests),
  })),
  { file: 'command/retry-budget.ts', tests: ['command/retry-budget.test.ts'] },
  ...['dial-pace', 'dial-schedule', 'dial-speed', 'fleet-size'].map((name) => ({
    file: `connection/${name}.ts`,
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
  ].map((name) => ({ file: `command/${name}.ts`, tests: categoryTests })),
  { file: 'command/reply-error.ts', tests: replyTests },
  { file: 'command/admission.ts', tests: ['command/admission.test.ts'] },
  { file: 'command/wait-policy.ts', tests: ['command/wait-policy.test.ts', 'command/admission.test.ts'] },
  { file: 'connection/dialer.ts', tests: ownFirst('dialer', dialTests) },
  { file: 'connection/patient-provider.ts', tests: ['connection/patient-provider.test.ts'] },
  { file: 'connection/choose-replica.ts', tests: ['connection/choose-replica.test.ts'] },
  { file: 'cluster/dial-in-time.ts', tests: ['cluster/dial-in-time.test.ts'] },
  { file: 'cluster/lost-nodes.ts', tests: ['cluster/lost-nodes.test.ts'] },
  { file: 'connection/progress.ts', tests: ['connection/progress.test.ts'] },
  { file: 'connection/round-trip.ts', tests: ['connection/round-trip.test.ts'] },
  { file: 'command/batch-settlement.ts', tests: ['command/batch-settlement.test.ts'] },
  { file: 'command/transaction-guard.ts', tests: ['command/transaction-guard.test.ts'] },
  { file: 'command/retry-pause.ts', tests: ['command/retry-pause.test.ts'] },
  { file: 'connection/transition.ts', tests: ['connection/transition.test.ts'] },
  { file: 'status.ts', tests: ['status.test.ts', 'status-lanes.test.ts'] },
];

// A mutant is caught soonest by the tests that bear its file's name.
function ownFirst(name: string, tests: readonly string[]): readonly string[] {
  const own = new RegExp(`/${name}\\.[a-z.]*test\\.ts$`);
  return [...tests.filter((test) => own.test(test)), ...tests.filter((test) => !own.test(test))];
}
