import { ManualClock } from '@redis-resilience/testing';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { RetryBudget } from '../../../packages/core/src/circuit/retry-budget.ts';
import { CallOutcomeRecorder } from '../../../packages/core/src/command/call-outcome-recorder.ts';
import { Entrance } from '../../../packages/core/src/command/entrance.ts';
import { Gate } from '../../../packages/core/src/command/gate.ts';
import type { DriverCommand, PipelineStream } from '../../../packages/core/src/driver/driver-command.ts';
import { SignsOfLife } from '../../../packages/core/src/command/signs-of-life.ts';
import { ProcessStallDetector } from '../../../packages/core/src/event-loop/process-stall-detector.ts';
import { EventHub } from '../../../packages/core/src/observability/event-hub.ts';
import type { ResilienceEvents } from '../../../packages/core/src/observability/events.ts';
import { UnaidedLibraries } from '../../../packages/core/src/observability/unaided-libraries.ts';
import { UnleasedCommands } from '../../../packages/core/src/observability/unleased-commands.ts';
import { History } from '../../../packages/core/src/observability/history.ts';
import type { ResilienceOptions } from '../../../packages/core/src/options/options.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import type { Lane } from '../../../packages/core/src/snapshot.ts';
import { commandOf } from './call-of.ts';
import { FakeDispatch } from './fake-dispatch.ts';
import { FakeLine } from './fake-line.ts';

export interface GateStage<Clock extends ManualClock = ManualClock> {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly entrance: Entrance;
  readonly dispatch: FakeDispatch;
  readonly line: FakeLine;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly retryBudget: RetryBudget;
  readonly recorder: CallOutcomeRecorder;
  readonly history: History;
  /** Detects stalls of the process only after the test has started this detector. */
  readonly stallDetector: ProcessStallDetector;
  readonly events: EventHub<ResilienceEvents>;
  readonly told: Told[];
  /** Commands that should have used a leased connection but were issued on the shared one. */
  readonly sharedUse: UnleasedCommands;
  readonly signsOfLife: SignsOfLife;
  /** Issues a command, as an application does. */
  issue(name: string, ...args: readonly (string | number)[]): DriverCommand;
  /** Issues commands as one pipeline; core has all of them when the promise resolves. */
  pipeline(...calls: readonly (readonly [string, ...string[]])[]): Promise<readonly DriverCommand[]>;
  /** Lets pending promise callbacks and ticks run. */
  settle(): Promise<void>;
}

export type Told = {
  readonly [E in keyof ResilienceEvents]: { readonly event: E } & ResilienceEvents[E];
}[keyof ResilienceEvents];

/**
 * Core's entry for commands (the gate) with a fake connection and driver, on a manual clock that starts at 10,000. It
 * serves, unless it is new.
 */
export function gateStage<Clock extends ManualClock = ManualClock>(
  options: ResilienceOptions = {},
  clock: Clock = new ManualClock({ nowMs: 10_000 }) as Clock,
  { isNew = false, isCluster = false } = {},
): GateStage<Clock> {
  const settings = resolveSettings({ random: () => 0.5, ...options, clock });
  const line = new FakeLine();
  const events = new EventHub<ResilienceEvents>();
  const told: Told[] = [];
  for (const event of ['retry', 'command-failed', 'would-refuse', 'scan-restart'] as const)
    events.on(event, (payload) => told.push({ event, ...payload } as Told));
  const circuitOf = (): Circuit =>
    new Circuit(settings.circuit, {
      clock,
      random: settings.random,
      deadlineMs: 1_000,
      onChange: () => gate.refresh(),
    });
  const circuits = { read: circuitOf(), write: circuitOf() };
  const history = new History();
  const records = {
    settings,
    circuits,
    retryBudget: new RetryBudget({ now: () => clock.now() }, settings.retry.budgetTokens),
    stallDetector: new ProcessStallDetector(clock, () => undefined),
    events,
    history,
    unaided: new UnaidedLibraries(events),
    pendingCalls: () => gate.counts().waiting + gate.counts().inFlight,
  };
  const recorder = new CallOutcomeRecorder(records);
  const sharedUse = new UnleasedCommands(events);
  const signsOfLife = new SignsOfLife();
  const parts = { ...records, recorder, sharedUse, signsOfLife, scriptTextOf: () => undefined };
  const dispatch = new FakeDispatch(
    () => clock.now(),
    () => [circuits.read.generation, circuits.write.generation],
    isCluster,
  );
  const gate: Gate = new Gate(parts, line, dispatch);
  const entrance = new Entrance(gate, parts, line, dispatch);
  if (!isNew) gate.serve();
  return {
    clock,
    gate,
    entrance,
    dispatch,
    line,
    circuits,
    retryBudget: records.retryBudget,
    recorder,
    history,
    stallDetector: records.stallDetector,
    events,
    told,
    sharedUse,
    signsOfLife,
    issue(name, ...args) {
      const command = commandOf(name, ...args);
      entrance.handle(command);
      return command;
    },
    async pipeline(...calls) {
      const stream: PipelineStream = { isPipeline: true };
      const commands = calls.map(([name, ...args], index) => {
        const command = commandOf(name, ...args);
        command.pipelineIndex = index;
        return command;
      });
      for (const command of commands) entrance.handle(command, stream, 'a node');
      await settled();
      return commands;
    },
    settle: settled,
  };
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
