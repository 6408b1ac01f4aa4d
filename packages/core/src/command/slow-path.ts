import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, TimerHandle } from '../clock.ts';
import type { Outcome } from '../errors.ts';
import type { PipelineStream } from '../driver/driver-command.ts';
import { blockingTimeoutMs } from '../catalogue/blocking-timeout.ts';
import type { Call } from './call.ts';
import type { GateHost } from './gate-host.ts';
import { operationOfCommand, type OperationMessage } from '../verbs/operation.ts';
import type { RequestBudget } from '../verbs/request-budget.ts';
import { sizeOf } from './size-of.ts';

/** What only a call on the slow path carries: one that waited, blocks, is a pipeline, or is sent again. */
export interface SlowPathState {
  readonly issuedAt: number;
  /** When it stops waiting. */
  expiresAt: number;
  /** When its caller is answered at the latest, also across retries. */
  deadlineAt: number;
  bytes: number;
  /** What is known of all its sends so far: once `unknown`, always `unknown`. */
  outcome: Outcome;
  readonly stream: PipelineStream | undefined;
  readonly node: unknown;
  /** Milliseconds a blocking command asked for; undefined for all others. */
  readonly blockingMs: number | undefined;
  /** The request whose time it spends. */
  requestBudget: RequestBudget | undefined;
  /** Set when a circuit that is not closed let it pass as a trial. */
  generation: number | undefined;
  /** Its own deadline, where the common one does not fit, or its pause before another attempt. */
  timer: TimerHandle | undefined;
  /** A transaction that was sent under a WATCH: a new connection does not hold it. */
  isGuarded: boolean;
  /** A blocking call that the server was asked to let go: its empty answer is not the caller's. */
  released: boolean;
  /** Calls back into where it was issued: a tracer looks there for what the command is part of. */
  inContext: (<R, A extends unknown[]>(run: (...args: A) => R, ...args: A) => R) | undefined;
  /** The `execute` it is part of, when somebody wants to know. */
  readonly operation: OperationMessage | undefined;
  /** Since when it waits, if it does. */
  waitsSince: number;
  /** In which part of the queue it waits, if it does. */
  waitsAs: 'returned' | 'fresh' | undefined;
}

/** How a call was issued. */
export interface IssuedCall {
  readonly issuedAt: number;
  /** Until its deadline; Infinity for a blocking command that waits for ever. */
  readonly allowedMs: number;
  readonly bytes?: number;
  readonly stream?: PipelineStream | undefined;
  readonly node?: unknown;
  readonly blockingMs?: number | undefined;
}

export function slowPathState(issued: IssuedCall): SlowPathState {
  const deadlineAt = issued.issuedAt + issued.allowedMs;
  return {
    issuedAt: issued.issuedAt,
    expiresAt: deadlineAt,
    deadlineAt,
    bytes: issued.bytes ?? 0,
    outcome: 'not-applied',
    stream: issued.stream,
    node: issued.node,
    blockingMs: issued.blockingMs,
    requestBudget: undefined,
    generation: undefined,
    timer: undefined,
    isGuarded: false,
    released: false,
    inContext: undefined,
    operation: operationOfCommand(),
    waitsSince: 0,
    waitsAs: undefined,
  };
}

/** The record of a single command, as it is issued now. */
export function slowPathStateOf(
  { traits, command }: Call,
  { clock, settings }: Pick<GateHost, 'clock' | 'settings'>,
  stream: PipelineStream | undefined,
  node: unknown,
): SlowPathState {
  const blockingMs = blockingTimeoutMs(traits, command.args);
  const allowedMs = settings.timeoutMs + (blockingMs ?? 0);
  return slowPathState({
    issuedAt: clock.now(),
    allowedMs,
    bytes: sizeOf(command.args),
    stream,
    node,
    blockingMs,
  });
}

/** Whenever it is sent, it is sent as if from here. */
export function keepContext(slow: SlowPathState): void {
  slow.inContext = AsyncLocalStorage.snapshot();
}

/** Stops the timer of a call, and the clock of the request it was issued in. */
export function endSlowPath(slow: SlowPathState | undefined, clock: Clock): void {
  if (slow === undefined) return;
  if (slow.timer !== undefined) clock.clearTimeout(slow.timer);
  slow.timer = undefined;
  slow.requestBudget?.stopWaiting(clock.now());
  slow.requestBudget = undefined;
}
