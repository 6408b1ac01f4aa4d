import { Command } from 'ioredis';

type Tables = Readonly<Record<string, object>> | undefined;

interface DriverCommands {
  getFlagMap?(): Tables;
  readonly _transformer?: Tables;
  readonly prototype: { _iterateKeys?: IterateKeys };
}

type IterateKeys = (this: { readonly resolve?: unknown; keys?: unknown[] }, transform?: unknown) => unknown[];

let isMended = false;

/**
 * Mends how ioredis makes commands from what may come from a request: names of inherited properties, and arguments that
 * cannot become a string. Applies to the whole process.
 */
export function mendCommands(): void {
  if (isMended) return;
  isMended = true;
  const commands = Command as unknown as DriverCommands;
  ignoreInheritedNames(commands);
  keepBrokenCommandsQuiet(commands);
}

/**
 * Makes ioredis know no command that has the name of an inherited property. Its tables are plain objects: without this,
 * it would take a command named `constructor` for QUIT, and never connect again once its connection is lost.
 */
function ignoreInheritedNames({ getFlagMap, _transformer }: DriverCommands): void {
  const tables = [getFlagMap?.call(Command), _transformer];
  for (const table of tables.flatMap((each) => Object.values(each ?? {}))) Object.setPrototypeOf(table, null);
}

/**
 * The promise of a command whose arguments could not be converted is already rejected, and the command has no
 * `resolve`. With a key prefix, ioredis would then throw while it creates the command, so that no caller gets that
 * promise, and the process ends with an unhandled rejection.
 */
function keepBrokenCommandsQuiet({ prototype }: DriverCommands): void {
  const iterate = prototype._iterateKeys;
  if (iterate === undefined) return;
  prototype._iterateKeys = function iterateKeys(transform) {
    return this.resolve === undefined ? (this.keys ??= []) : iterate.call(this, transform);
  };
}
