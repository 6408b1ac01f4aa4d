import type { DriverCommand } from '../driver/driver-command.ts';
import type { Call } from './call.ts';
import { sizeOf } from './size-of.ts';

/** What may be told of a call: a name and counts, of a pipeline as a whole; never a key or a value. */
export interface CallFacts {
  /** Of the command; `pipeline` or `multi` where several were sent as one. */
  readonly command: string;
  /** How many it consists of, without MULTI and EXEC themselves. */
  readonly commands: number;
  readonly keys: number;
  readonly bytes: number;
}

export function callFacts(call: Call): CallFacts {
  const { command, batch } = call;
  const all = batch === undefined ? [command] : batch.commands.map((batched) => batched.command);
  let [commands, keys, bytes] = [0, 0, 0];
  for (const each of all) {
    if (batch === undefined || !/^(multi|exec)$/i.test(each.name)) commands++;
    keys += keyCount(each);
    bytes += sizeOf(each.args);
  }
  return { command: callName(call), commands, keys, bytes };
}

export function callName({ traits, batch }: Call): string {
  if (batch === undefined) return traits.name;
  return batch.isTransaction ? 'multi' : 'pipeline';
}

function keyCount(command: DriverCommand): number {
  try {
    return command.getKeys().length;
  } catch {
    return 0;
  }
}
