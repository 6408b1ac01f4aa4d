import { Command } from 'ioredis';
import { Batch } from '../../../packages/core/src/command/batch.ts';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { track, type Call, type CallOwner } from '../../../packages/core/src/command/call.ts';
import { slowPathState, type SlowPathState } from '../../../packages/core/src/command/slow-path.ts';

type Tracked = Parameters<typeof track>[1];

const nobody: CallOwner = { answered: () => undefined, failed: () => undefined };

/** A tracked call as the gate makes it. */
export function callOf(name: string, ...args: string[]): Call {
  const command = new Command(name, args) as unknown as Tracked;
  command.promise.catch(() => undefined);
  return track(nobody, command, traitsOf(name));
}

/** The same, as a call that waits until `expiresAt`. */
export function waitingCall(expiresAt: number, bytes = 0): { call: Call; slow: SlowPathState } {
  const call = callOf('get', 'a');
  const slow = slowPathState({ issuedAt: 0, allowedMs: expiresAt, bytes });
  call.slow = slow;
  return { call, slow };
}

/** A pipeline of calls, tracked as a whole. */
export function batchOf(...calls: readonly (readonly [string, ...string[]])[]): {
  call: Call;
  batch: Batch;
} {
  const batch = new Batch();
  const commands = calls.map(([name, ...args]) => {
    const command = new Command(name, args) as unknown as Tracked;
    command.promise.catch(() => undefined);
    batch.add(command);
    return command;
  });
  const call = track(nobody, commands[0] as Tracked, traitsOf(calls[0]?.[0] ?? ''));
  call.batch = batch;
  call.slow = slowPathState({ issuedAt: 0, allowedMs: 1_000 });
  batch.isComplete = true;
  return { call, batch };
}

/** An error as the driver makes it of an error reply. */
export function replyError(message: string): Error {
  const error = new Error(message);
  error.name = 'ReplyError';
  return error;
}
