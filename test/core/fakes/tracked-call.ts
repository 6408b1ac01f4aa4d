import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import type { LaneCircuits } from '../../../packages/core/src/circuit/lane-circuits.ts';
import type { Driver } from '../../../packages/core/src/driver/driver.ts';
import type { Clock } from '../../../packages/core/src/clock.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import type { TrackedCall } from '../../../packages/core/src/driver/tracked-call.ts';
import { Flushes } from '../../../packages/core/src/event-loop/flush.ts';
import { ProcessStallDetector } from '../../../packages/core/src/event-loop/process-stall-detector.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import type { Wire } from '../../../packages/core/src/socket/wire.ts';
import { commandOf } from './fake-command.ts';

/**
 * Registers a command as a call that will be sent in the current turn, as core does; `blockingMs` is set for a command
 * that asks the server to block.
 */
export function trackedCall(wire: Wire, command: DriverCommand, blockingMs?: number): TrackedCall {
  const { name } = command;
  const call = {
    name,
    isBatch: false,
    isTransaction: false,
    isQueued: false,
    isPlain: false,
    retryLane: 'read' as const,
    settled: false,
    written: wire.currentFlush(),
    slow: undefined,
    blockingMs,
    released: false,
    releases: undefined,
  };
  command.call = call;
  const settle = (): void => {
    call.settled = true;
  };
  command.promise.then(settle, settle);
  return call;
}

/** A call that was sent, and its result: the reply, the error, or undefined while there is no reply. */
export interface SentCall {
  readonly call: TrackedCall;
  readonly outcome: () => unknown;
}

/** Sends a call as core does. */
export function sendCall(
  driver: Driver,
  wire: Wire,
  name: string,
  args: readonly string[],
  blockingMs?: number,
): SentCall {
  const command = commandOf(name, args);
  const call = trackedCall(wire, command, blockingMs);
  let outcome: unknown;
  const settle = (value: unknown): void => {
    outcome = value;
  };
  command.promise.then(settle, settle);
  driver.send(command);
  return { call, outcome: () => outcome };
}

/** Returns the two circuits of a healthy server, for reads and for writes, both closed. */
export function closedCircuits(clock: Clock): LaneCircuits {
  const { circuit } = resolveSettings({ clock });
  const closed = (): Circuit =>
    new Circuit(circuit, { clock, random: () => 0.5, deadlineMs: 1_000, onChange: () => undefined });
  return { read: closed(), write: closed() };
}

/** Creates core's record of the writes of each turn, for a process that never stalls and whose circuits are closed. */
export function flushesOf(clock: Clock): Flushes {
  const circuits = { read: { generation: 1 }, write: { generation: 1 } };
  return new Flushes(circuits, new ProcessStallDetector(clock, () => undefined));
}
