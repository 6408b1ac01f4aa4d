import type { Command } from './operation.ts';

/** A command with its arguments, or the commands of a MULTI. */
export type Task = OneCommand | { readonly multi: readonly OneCommand[] };

export type OneCommand = readonly [name: string, ...args: readonly (string | number)[]];

export function commandsOf(task: Task): readonly Command[] {
  const tasks = 'multi' in task ? task.multi : [task];
  return tasks.map(([name, ...args]) => ({ name: name.toLowerCase(), args: args.map(String) }));
}
