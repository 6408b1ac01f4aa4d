import { Command } from 'ioredis';
import { onTestFinished } from 'vitest';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { Batch } from '../../../packages/core/src/command/batch/batch.ts';
import {
  Call,
  onSlowPath,
  track,
  type CallOwner,
  type SlowCall,
} from '../../../packages/core/src/command/call.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';

const nobody: CallOwner = {
  categories: undefined,
  answered: () => undefined,
  failed: () => undefined,
  withdraw: () => undefined,
};

/** Creates a command as the driver does. */
export function commandOf(name: string, ...args: readonly (string | number)[]): DriverCommand {
  const command = new Command(name, [...args]) as unknown as DriverCommand;
  command.promise.catch(() => undefined);
  return command;
}

/** The arguments of EVAL with the script of the documentation of Redis that releases a lock. */
export const lockRelease = [
  'if redis.call("get",KEYS[1]) == ARGV[1] then return redis.call("del",KEYS[1]) else return 0 end',
  '1',
  'lock',
  'a-token-of-twenty-one',
] as const;

/** A call on the fast path. */
export function callOf(name: string, ...args: readonly string[]): Call {
  const command = commandOf(name, ...args);
  const call = new Call(nobody, command, traitsOf(name));
  track(command, call);
  return call;
}

/** A call on the slow path, issued at 0. */
export function slowCall(allowedMs = 1_000, bytes = 0): SlowCall {
  return onSlowPath(callOf('get', 'a'), { issuedAt: 0, allowedMs, bytes });
}

/** A complete pipeline, issued at 0. */
export function batchOf(...calls: readonly (readonly [string, ...string[]])[]): {
  call: SlowCall;
  batch: Batch;
} {
  const commands = calls.map(([name, ...args]) => commandOf(name, ...args));
  const [first] = commands;
  if (first === undefined) throw new Error('A batch needs a command.');
  const call = onSlowPath(new Call(nobody, first, traitsOf(first.name)), { issuedAt: 0, allowedMs: 1_000 });
  const batch = new Batch();
  call.batch = batch;
  let isInside = false;
  for (const command of commands) {
    isInside ||= command.name === 'multi';
    command.inTransaction = isInside;
    batch.add(command, traitsOf(command.name));
    track(command, call);
  }
  batch.isComplete = true;
  return { call, batch };
}

/** Creates an error as the driver does for an error reply. */
export function replyError(message: string, previousErrors?: readonly Error[]): Error {
  const error = new Error(message);
  error.name = 'ReplyError';
  return previousErrors === undefined ? error : Object.assign(error, { previousErrors });
}

/** The error with which the driver fails a command when its connection is lost. */
export function connectionError(): Error {
  return new Error('Connection is closed.');
}

/** The result of a command's promise: its value or its error. */
export async function fateOf(command: DriverCommand): Promise<unknown> {
  return command.promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Gives errors a stack of the usual length until the test ends, and returns that length. */
export function withUsualStacks(): number {
  const before = Error.stackTraceLimit;
  onTestFinished(() => {
    Error.stackTraceLimit = before;
  });
  Error.stackTraceLimit = 10;
  return Error.stackTraceLimit;
}
