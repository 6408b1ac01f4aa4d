import type { DriverCommand } from '../../driver/driver-command.ts';

/** A command with more arguments than this is not looked at: its copy would have to be serialised. */
const mostArguments = 16;

/**
 * Returns the text of the script that a command runs by its digest, if the application has given the script to
 * `defineCommand`; otherwise undefined. The driver keeps the text to itself, but writes it to each new connection, so a
 * copy of the command is written to a connection that does not exist.
 */
export function scriptTextOf(command: DriverCommand): string | undefined {
  const own: unknown = Object.getPrototypeOf(command);
  if (command.name !== 'evalsha' || command.args.length > mostArguments || !isOfScript(own)) return undefined;
  const copy = Object.create(command, {
    name: { value: command.name, writable: true },
    args: { value: [...command.args], writable: true },
    reject: { value: command.reject, writable: true },
  }) as { name: string; args: readonly unknown[]; toWritable(socket: object): unknown };
  try {
    copy.toWritable({});
  } catch {
    return undefined;
  }
  const [text] = copy.args;
  return copy.name === 'eval' && typeof text === 'string' ? text : undefined;
}

/** Whether this is the prototype of a script's commands: the driver derives a class of commands for each script. */
function isOfScript(prototype: unknown): boolean {
  const base: unknown = Object.getPrototypeOf(prototype);
  return (
    Object.hasOwn(prototype as object, 'toWritable') &&
    base !== Object.prototype &&
    typeof (base as { toWritable?: unknown } | null)?.toWritable === 'function'
  );
}
