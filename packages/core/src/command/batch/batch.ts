import { traitsOf, type CommandTraits } from '../../catalogue/command-traits.ts';
import { logsIn } from '../../driver/besides-replies.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { isCallersFault, isReplyError } from '../../replies/connection-error.ts';
import { classifyReply, type ReplyVerdict } from '../../replies/reply-error.ts';
import type { Lane } from '../../snapshot.ts';
import { callError, markRefused, type CallFailure, type ErrorContext } from '../call-errors.ts';
import { answered, type Happening } from '../happening.ts';

type Settlement =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

export interface BatchedCommand {
  readonly command: Pick<DriverCommand, 'name' | 'args'> & Partial<Pick<DriverCommand, 'getKeys'>>;
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  settlement: Settlement | undefined;
}

/** The failure of a batch as a whole. */
export interface BatchFailure {
  readonly failure: CallFailure;
  readonly context: ErrorContext;
}

/** What happened to a batch as a whole, and what each error reply in it says about the server. */
export interface BatchResult {
  readonly happening: Happening;
  readonly verdicts: readonly ReplyVerdict[];
}

/**
 * The commands in one pipeline or MULTI. Callers get their replies only after the last reply has arrived, so that one
 * decision to retry or fail covers all commands of the batch.
 */
export class Batch {
  readonly #commands: BatchedCommand[] = [];
  /** Number of commands that have got neither a reply nor an error yet. */
  remaining = 0;
  /** Whether all commands in the batch have been added. */
  isComplete = false;
  /** Whether the commands are written as they are issued, and get their results directly from the driver. */
  isDirect = false;
  lane: Lane = 'read';
  isTransaction = false;
  hasLogins = false;
  /** Whether the batch contains scan commands, such as HSCAN. */
  hasScans = false;

  get commands(): BatchedCommand[] {
    return this.#commands;
  }

  add(command: DriverCommand, { lane, kind }: CommandTraits): void {
    const { resolve, reject } = command;
    this.#commands.push({ command, resolve, reject, settlement: undefined });
    this.remaining++;
    if (lane === 'write') this.lane = 'write';
    if (kind === 'cursor') this.hasScans = true;
    if (command.name === 'multi') this.isTransaction = true;
    if (kind === 'connection' && logsIn(command.name)) this.hasLogins = true;
  }

  /** Returns the commands that are passed to the driver. */
  sent(): readonly DriverCommand[] {
    return this.#commands.map(({ command }) => command as DriverCommand);
  }

  settle(command: DriverCommand, settlement: Settlement): void {
    const batched = this.#find(command);
    if (batched === undefined || batched.settlement !== undefined) return;
    batched.settlement = settlement;
    this.remaining--;
  }

  /** Call when a scan restarts: the cursor among the arguments of this command has been replaced. */
  scanBegunAgain(_command: BatchedCommand['command']): void {
    // Nothing to do: the driver sends this command object, which has the new cursor.
  }

  /** Discards the results, because the batch is being retried. */
  reset(): void {
    for (const batched of this.commands) batched.settlement = undefined;
    this.remaining = this.commands.length;
  }

  /**
   * Combines the results of all commands. The batch is `lost` if one of its commands got no reply because the
   * connection broke. The batch is `refused` if an error reply proves that its command did not run; `ranInPart` then
   * tells whether other commands in the batch ran, which is not so in a MULTI whose EXEC was aborted.
   */
  result(): BatchResult {
    const refusals = this.#refusals();
    const verdicts = refusals.map(({ verdict }) => verdict);
    const broken = this.#brokenBy();
    if (broken !== undefined) return { happening: { kind: 'lost', error: broken }, verdicts };
    const first = refusals.find(({ verdict }) => isAway(verdict)) ?? this.#strayed(refusals);
    if (first === undefined) return { happening: answered, verdicts };
    const ranNothing = this.isTransaction ? this.#isAborted() : refusals.length === this.commands.length;
    return { happening: { kind: 'refused', ...first, ranInPart: !ranNothing }, verdicts };
  }

  /**
   * Fails the batch. If all commands have a result, each caller gets that of its own command; otherwise, all callers
   * get `error`.
   */
  fail(error: Error, whole: BatchFailure): void {
    if (this.remaining > 0) this.rejectAll(error);
    else this.release(whole);
  }

  /** Passes each caller the result of its command. `whole` is the failure of the batch, if it failed. */
  release(whole?: BatchFailure): void {
    for (const batched of this.commands) {
      const { resolve, reject, settlement } = batched;
      giveBack(batched);
      if (settlement === undefined) continue;
      if (settlement.ok) resolve(settlement.value);
      else reject(this.errorFor(settlement.error, whole));
    }
  }

  /** Rejects the promises of all callers with the same error. */
  rejectAll(error: Error): void {
    for (const batched of this.commands) {
      giveBack(batched);
      batched.reject(error);
    }
  }

  protected errorFor(error: Error, whole: BatchFailure | undefined): Error {
    if (isCallersFault(error)) return error;
    // EXECABORT says only that an earlier command was refused, so EXEC gets the error of that earlier command.
    const isAborted = this.isTransaction && error.message.startsWith('EXECABORT');
    const isAway =
      !isReplyError(error) || isAborted || classifyReply(error.message).outcome === 'not-applied';
    if (whole === undefined || !isAway) return markRefused(error);
    return callError({ ...whole.failure, error }, whole.context);
  }

  #find(command: DriverCommand): BatchedCommand | undefined {
    const atIndex = this.commands[command.pipelineIndex ?? 0];
    return atIndex?.command === command
      ? atIndex
      : this.commands.find((batched) => batched.command === command);
  }

  #refusals(): Refusal[] {
    const refusals: Refusal[] = [];
    for (const { command, settlement } of this.commands) {
      if (settlement?.ok !== false || !isReplyError(settlement.error)) continue;
      const { error } = settlement;
      refusals.push({ error, verdict: classifyReply(error.message, traitsOf(command.name).script) });
    }
    return refusals;
  }

  /**
   * Returns the first redirection (MOVED or ASK) in the batch if the driver does not follow it. The driver follows
   * redirections only if all error replies in the batch are the same and, outside a transaction, no command has
   * written. A redirected command did not run, so the batch may be retried.
   */
  #strayed(refusals: readonly Refusal[]): Refusal | undefined {
    const redirected = refusals.find(({ verdict }) => isRedirection(verdict));
    if (redirected === undefined) return undefined;
    const reasons = refusals.filter(
      ({ error }) => !this.isTransaction || !error.message.startsWith('EXECABORT'),
    );
    const isAlike = reasons.every(({ error }) => error.message === redirected.error.message);
    const hasWritten = this.commands.some(
      ({ command, settlement }) => settlement?.ok === true && traitsOf(command.name).lane === 'write',
    );
    if (isAlike && (this.isTransaction || !hasWritten)) return undefined;
    return { ...redirected, verdict: { ...redirected.verdict, cause: 'cluster-down' } };
  }

  // A pipeline that the driver rejects because of a caller's mistake has not lost its connection, although no command
  // has got a reply.
  #brokenBy(): Error | undefined {
    for (const { settlement } of this.commands) {
      if (settlement?.ok === false && !isReplyError(settlement.error))
        return isCallersFault(settlement.error) ? undefined : settlement.error;
    }
    return undefined;
  }

  #isAborted(): boolean {
    const exec = this.commands.find(({ command }) => command.name.toLowerCase() === 'exec');
    return exec?.settlement?.ok === false;
  }
}

interface Refusal {
  readonly error: Error;
  readonly verdict: ReplyVerdict;
}

function isRedirection({ code }: ReplyVerdict): boolean {
  return code === 'MOVED' || code === 'ASK';
}

/** Returns whether an error reply says that its command did not run because Redis is unavailable. */
function isAway({ outcome, cause }: ReplyVerdict): boolean {
  return outcome === 'not-applied' && cause !== undefined;
}

/** Restores the original `resolve` and `reject` of a command, so that they settle its caller's promise again. */
export function giveBack({ command: batched, resolve, reject }: BatchedCommand): void {
  const command = batched as DriverCommand;
  command.call = undefined;
  command.resolve = resolve;
  command.reject = reject;
}
