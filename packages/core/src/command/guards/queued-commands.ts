import { traitsOf } from '../../catalogue/command-traits.ts';
import type { Batch } from '../batch/batch.ts';
import type { BatchedCommand } from '../batch/batched-command.ts';
import type { SlowCall } from '../call.ts';

type Queued = BatchedCommand['command'];

/**
 * Returns the commands of a batch that this EXEC runs: those between the last MULTI before the EXEC and the EXEC
 * itself.
 */
export function queuedBefore(exec: Pick<Queued, 'name' | 'args'>, { commands }: Batch): readonly Queued[] {
  const end = commands.findIndex(({ command }) => command === exec);
  const before = commands.slice(0, Math.max(0, end)).map(({ command }) => command);
  return before.slice(before.findLastIndex(({ name }) => traitsOf(name).name === 'multi') + 1);
}

/**
 * Remembers the commands of transactions that are sent one command at a time, because the reply to EXEC may contain the
 * cursors of scans.
 */
export class QueuedSingly {
  #queued: Queued[] | undefined;
  /** Undefined until a transaction contains a scan command, such as HSCAN. */
  #ofExec: WeakMap<SlowCall, readonly Queued[]> | undefined;

  /**
   * Call before a command that is not in a batch is sent. `isInside` tells whether the command is sent between MULTI
   * and EXEC. Returns whether the command is the EXEC of a transaction that contains scan commands.
   */
  sends(call: SlowCall, isInside: boolean): boolean {
    if (isInside) {
      if (call.name === 'multi') this.#queued = [];
      else (this.#queued ??= []).push(call.command);
      return false;
    }
    const queued = this.#queued;
    if (queued === undefined) return false;
    this.#queued = undefined;
    if (call.name !== 'exec' || !queued.some(({ name }) => traitsOf(name).kind === 'cursor')) return false;
    this.#ofExec ??= new WeakMap();
    this.#ofExec.set(call, queued);
    return true;
  }

  /** Returns the commands that this EXEC runs. */
  of(exec: SlowCall): readonly Queued[] {
    return this.#ofExec?.get(exec) ?? [];
  }
}
