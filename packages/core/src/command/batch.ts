import { isReplyError } from '../replies/connection-error.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import type { Lane } from '../snapshot.ts';

type Settlement =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

interface BatchedCommand {
  readonly command: DriverCommand;
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  settlement: Settlement | undefined;
}

/**
 * The commands of one pipeline or MULTI, kept together: replies are held back until the last one is in, so that what
 * becomes of the unit is decided once, by its worst command.
 */
export class Batch {
  readonly commands: BatchedCommand[] = [];
  /** Commands without a settlement. */
  remaining = 0;
  /** No command follows any more. */
  isComplete = false;
  lane: Lane = 'read';
  isTransaction = false;

  add(command: DriverCommand): void {
    this.commands.push({ command, resolve: command.resolve, reject: command.reject, settlement: undefined });
    this.remaining++;
    if (traitsOf(command.name).lane === 'write') this.lane = 'write';
    if (command.name === 'multi') this.isTransaction = true;
  }

  settle(command: DriverCommand, settlement: Settlement): void {
    const batched = this.#find(command);
    if (batched === undefined || batched.settlement !== undefined) return;
    batched.settlement = settlement;
    this.remaining--;
  }

  /** Forgets what was answered, for another attempt. */
  reset(): void {
    for (const batched of this.commands) batched.settlement = undefined;
    this.remaining = this.commands.length;
  }

  /** The first error that is no reply of the server: the connection broke under the unit. */
  brokenBy(): Error | undefined {
    for (const { settlement } of this.commands) {
      if (settlement?.ok === false && !isReplyError(settlement.error)) return settlement.error;
    }
    return undefined;
  }

  replyErrors(): { readonly error: Error; readonly isScript: boolean }[] {
    const errors: { readonly error: Error; readonly isScript: boolean }[] = [];
    for (const { command, settlement } of this.commands) {
      if (settlement?.ok !== false || !isReplyError(settlement.error)) continue;
      errors.push({ error: settlement.error, isScript: traitsOf(command.name).script });
    }
    return errors;
  }

  /** Answers the callers: with what each command got, and `replaceError` in the place of each error. */
  release(replaceError: (error: Error, command: DriverCommand) => Error): void {
    for (const batched of this.commands) {
      const { command, resolve, reject, settlement } = batched;
      giveBack(batched);
      if (settlement === undefined) continue;
      if (settlement.ok) resolve(settlement.value);
      else reject(replaceError(settlement.error, command));
    }
  }

  /** Answers all callers with one error. */
  rejectAll(error: Error): void {
    for (const batched of this.commands) {
      giveBack(batched);
      batched.reject(error);
    }
  }

  #find(command: DriverCommand): BatchedCommand | undefined {
    const atIndex = this.commands[command.pipelineIndex ?? 0];
    return atIndex?.command === command
      ? atIndex
      : this.commands.find((batched) => batched.command === command);
  }
}

function giveBack({ command, resolve, reject }: BatchedCommand): void {
  command.call = undefined;
  command.resolve = resolve;
  command.reject = reject;
}
