import type { CommandTraits } from '../../catalogue/command-traits.ts';
import { logsIn } from '../../driver/besides-replies.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import type { Outcome } from '../../errors.ts';
import { isCallersFault, isReplyError } from '../../replies/connection-error.ts';
import type { ReplyVerdict } from '../../replies/reply-error.ts';
import type { Lane } from '../../snapshot.ts';
import { answered, type Happening } from '../happening.ts';
import type { BatchedCommand, BatchFailure, Settlement } from './batched-command.ts';
import { argumentBytes } from '../slow-path.ts';
import { memberError } from './member-error.ts';
import {
  isAway,
  isProven,
  isRedirection,
  refusalOf,
  refusalsOf,
  saysAborted,
  type Refusal,
} from './refusals.ts';

/** What happened to a batch as a whole, and what each error reply in it says about the server. */
export interface BatchResult {
  readonly happening: Happening;
  readonly verdicts: readonly ReplyVerdict[];
}

const wellAnswered: BatchResult = { happening: answered, verdicts: [] };

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
  #isFollowedAlone = false;
  /** Whether a command has got an error. Most batches contain no error, and need not be examined. */
  protected hasErrors = false;

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

  /** The size of the arguments of all commands. */
  bytes(): number {
    let bytes = 0;
    for (const { args } of this.sent()) bytes += argumentBytes(args);
    return bytes;
  }

  settle(command: DriverCommand, settlement: Settlement): void {
    const batched = this.#find(command);
    if (batched === undefined || batched.settlement !== undefined) return;
    batched.settlement = settlement;
    if (!settlement.ok) this.hasErrors = true;
    this.remaining--;
  }

  /** Call when a scan restarts: the cursor among the arguments of this command has been replaced. */
  scanBegunAgain(_command: BatchedCommand['command']): void {
    // Nothing to do: the driver sends this command object, which has the new cursor.
  }

  /** Discards the results of an attempt that ended with `outcome`, because the batch is being retried. */
  reset(outcome: Outcome): void {
    for (const batched of this.commands) {
      if (outcome === 'unknown' && !isProven(batched)) batched.mayHaveRun = true;
      batched.settlement = undefined;
    }
    this.remaining = this.commands.length;
    this.hasErrors = false;
    this.#isFollowedAlone = false;
  }

  /**
   * Returns the commands that a node redirected, and that have to be sent again one by one, because the driver would
   * not follow the redirections of the whole batch. Forgets the replies to these commands. Within one attempt of the
   * batch, only the first call that finds such commands returns them; later calls return none. The order of commands
   * for the same key does not change: once a node redirects a key, the node also redirects all later commands for that
   * key.
   */
  takeRedirected(): readonly DriverCommand[] {
    if (!this.hasErrors || this.isTransaction || this.#isFollowedAlone) return [];
    if (this.#brokenBy() !== undefined) return [];
    const redirected = this.commands.filter((batched) => {
      const refusal = refusalOf(batched);
      return refusal !== undefined && isRedirection(refusal.verdict);
    });
    const [first] = redirected;
    if (first === undefined || this.#isFollowed(refusalOf(first) as Refusal)) return [];
    this.#isFollowedAlone = true;
    for (const batched of redirected) batched.settlement = undefined;
    this.remaining = redirected.length;
    return redirected.map(({ command }) => command as DriverCommand);
  }

  /**
   * Combines the results of all commands. The batch is `lost` if one of its commands got no reply because the
   * connection broke. The batch is `refused` if an error reply proves that its command did not run; `ranInPart` then
   * tells whether other commands in the batch ran. In a MULTI, nothing ran if EXEC was aborted, or if a command was
   * refused before EXEC, so that EXEC would have been aborted.
   */
  result(): BatchResult {
    if (!this.hasErrors) return wellAnswered;
    const refusals = refusalsOf(this.commands);
    const verdicts = refusals.map(({ verdict }) => verdict);
    const broken = this.#brokenBy();
    const first = refusals.find(({ verdict }) => isAway(verdict)) ?? this.#strayed(refusals);
    if (broken !== undefined && (first === undefined || !this.isTransaction || !this.#isBegun()))
      return { happening: { kind: 'lost', error: broken }, verdicts };
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
      else reject(this.errorFor(batched, settlement.error, whole));
    }
  }

  /** Rejects the promises of all callers with the same error. */
  rejectAll(error: Error): void {
    for (const batched of this.commands) {
      giveBack(batched);
      batched.reject(error);
    }
  }

  protected errorFor(batched: BatchedCommand, error: Error, whole: BatchFailure | undefined): Error {
    return memberError(batched, error, this.isTransaction, whole);
  }

  #find(command: DriverCommand): BatchedCommand | undefined {
    const atIndex = this.commands[command.pipelineIndex ?? 0];
    return atIndex?.command === command
      ? atIndex
      : this.commands.find((batched) => batched.command === command);
  }

  /**
   * Returns the first redirection (MOVED or ASK) in the batch if the driver does not follow it. A redirected command
   * did not run, so the batch may be retried.
   */
  #strayed(refusals: readonly Refusal[]): Refusal | undefined {
    const redirected = refusals.find(({ verdict }) => isRedirection(verdict));
    if (redirected === undefined || this.#isFollowed(redirected)) return undefined;
    return { ...redirected, verdict: { ...redirected.verdict, cause: 'cluster-down' } };
  }

  /**
   * Returns whether the driver may follow the redirection that this error reply contains, by sending the whole batch to
   * another node. All error replies have to be the same. Outside a transaction, no command may have succeeded: if the
   * other node does not have the key of a read that succeeded here, that node would answer as if the key did not exist.
   */
  #isFollowed({ error }: Refusal): boolean {
    return this.commands.every(({ command, settlement }) => {
      if (settlement?.ok === false)
        return settlement.error.message === error.message || saysAborted(command, settlement.error);
      return command.inTransaction ?? this.isTransaction;
    });
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

  #isBegun(): boolean {
    return this.commands.some(
      ({ command, settlement }) => command.name.toLowerCase() === 'multi' && settlement?.ok === true,
    );
  }

  #isAborted(): boolean {
    const exec = this.commands.find(({ command }) => command.name.toLowerCase() === 'exec');
    return exec?.settlement?.ok === false;
  }
}

/** Restores the original `resolve` and `reject` of a command, so that they settle its caller's promise again. */
export function giveBack({ command: batched, resolve, reject }: BatchedCommand): void {
  const command = batched as DriverCommand;
  command.call = undefined;
  command.resolve = resolve;
  command.reject = reject;
}
