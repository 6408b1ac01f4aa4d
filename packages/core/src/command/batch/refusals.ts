import { traitsOf } from '../../catalogue/command-traits.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import { classifyReply, type ReplyVerdict } from '../../replies/reply-error.ts';
import type { BatchedCommand } from './batched-command.ts';

/** An error reply to one command of a batch, and its meaning. */
export interface Refusal {
  readonly error: Error;
  readonly verdict: ReplyVerdict;
}

/** Returns the error replies to these commands. */
export function refusalsOf(commands: readonly BatchedCommand[]): readonly Refusal[] {
  return commands.flatMap((batched) => refusalOf(batched) ?? []);
}

/** Returns the error reply to a command; undefined if the command has no reply, or a reply without an error. */
export function refusalOf({ command, settlement }: BatchedCommand): Refusal | undefined {
  if (settlement?.ok !== false || !isReplyError(settlement.error)) return undefined;
  const { error } = settlement;
  return { error, verdict: classifyReply(error.message, traitsOf(command.name).script) };
}

/** Returns whether the reply to a command proves that the command did not run. */
export function isProven(batched: BatchedCommand): boolean {
  return refusalOf(batched)?.verdict.outcome === 'not-applied';
}

/** Returns whether an error reply names another node. */
export function isRedirection({ code }: ReplyVerdict): boolean {
  return code === 'MOVED' || code === 'ASK';
}

/** Returns whether an error reply says that its command did not run because Redis is unavailable. */
export function isAway({ outcome, cause }: ReplyVerdict): boolean {
  return outcome === 'not-applied' && cause !== undefined;
}

/** Returns whether EXEC was refused only because an earlier command of its transaction was refused. */
export function saysAborted({ name }: { readonly name: string }, { message }: Error): boolean {
  return name === 'exec' && message.startsWith('EXECABORT');
}
