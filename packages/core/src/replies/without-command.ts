import { unquoteArguments } from './unquoted-arguments.ts';

/**
 * Returns a copy of a driver error without the command that it carries, and so without keys, values and passwords.
 * Class, message and stack stay the same. Any other value is returned unchanged.
 */
export function withoutCommand(error: unknown): unknown {
  return copyOf(error, new Map());
}

// If one error rejects a whole transaction, the driver lists it among its own `previousErrors`.
function copyOf(error: unknown, copies: Map<Error, unknown>): unknown {
  if (!(error instanceof Error) || !carriers.some((name) => name in error)) return error;
  if (copies.has(error)) return copies.get(error);
  const copy = Object.create(Object.getPrototypeOf(error) as object) as Record<string, unknown>;
  copies.set(error, copy);
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (!carriers.includes(name)) Object.defineProperty(copy, name, descriptor);
  }
  const { previousErrors, lastNodeError } = error as { previousErrors?: unknown; lastNodeError?: unknown };
  unquoteArguments(copy as unknown as Error, argumentsOf(error));
  if (Array.isArray(previousErrors)) {
    copy['previousErrors'] = previousErrors.map((each) => copyOf(each, copies));
  }
  if (lastNodeError !== undefined) copy['lastNodeError'] = copyOf(lastNodeError, copies);
  return copy;
}

/**
 * Keeps the command that a driver error carries, and the arguments that its text quotes, out of logs, including those
 * that show hidden properties; code can still read the command from the error.
 */
export function hideCommand(error: Error): void {
  unquoteArguments(error, argumentsOf(error));
  for (const name of carriers) hide(error, name);
}

function hide(error: Error, name: string): void {
  const property = Object.getOwnPropertyDescriptor(error, name);
  if (property === undefined || !('value' in property)) return;
  const value: unknown = property.value;
  // A log shows that there is a getter, but does not call it.
  Object.defineProperty(error, name, { get: () => value, enumerable: false, configurable: true });
  // Comes last, because `value` may contain this error itself.
  for (const each of Array.isArray(value) ? value : [value]) if (each instanceof Error) hideCommand(each);
}

function argumentsOf(error: Error): readonly unknown[] {
  const { command } = error as { command?: { readonly name?: unknown; readonly args?: unknown } };
  const isScript = /^(?:eval|fcall)/i.test(String(command?.name));
  return Array.isArray(command?.args) && !isScript ? command.args : [];
}

/**
 * Properties that contain a command, or errors that carry one: those of an aborted EXEC, and of the last Cluster node.
 */
const carriers: readonly string[] = ['command', 'previousErrors', 'lastNodeError'];
