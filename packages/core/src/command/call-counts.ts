import type { DriverCommand } from '../driver/driver-command.ts';
import type { Call } from './call.ts';
import { argumentBytes } from './slow-path.ts';

/** Counts the commands, keys and bytes of a call. MULTI and EXEC themselves are not counted as commands. */
export function countsOf({ command, batch }: Call): { commands: number; keys: number; bytes: number } {
  const all = batch === undefined ? [command] : batch.commands.map((batched) => batched.command);
  const counts = { commands: 0, keys: 0, bytes: 0 };
  for (const each of all) {
    if (batch === undefined || !/^(multi|exec)$/i.test(each.name)) counts.commands++;
    counts.keys += keyCount(each);
    counts.bytes += argumentBytes(each.args);
  }
  return counts;
}

function keyCount(command: Partial<Pick<DriverCommand, 'getKeys'>>): number {
  try {
    return command.getKeys?.().length ?? 0;
  } catch {
    return 0;
  }
}
