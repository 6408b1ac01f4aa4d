import { unquoteArguments } from './unquoted-arguments.ts';

/**
 * Returns a copy of a driver error without the command that it carries, and so without keys, values and passwords. The
 * copy has the class of the original. The copy's message and stack differ from the original only where the original
 * quotes arguments. Any value without a command is returned unchanged.
 */
export function withoutCommand(error: unknown): unknown {
  return copyOf(error, new Map());
}

// `copies` prevents an endless recursion: if one error rejects a whole transaction, the driver adds that error to the
// error's own `previousErrors`.
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
 * Keeps the command that a driver error carries out of logs, as well as arguments that its message quotes. Even loggers
 * that show non-enumerable properties do not show the command. Code can still read the command from the error.
 */
export function hideCommand(error: Error): void {
  unquoteArguments(error, argumentsOf(error));
  for (const name of carriers) hide(error, name);
}

function hide(error: Error, name: string): void {
  const property = Object.getOwnPropertyDescriptor(error, name);
  if (property === undefined || !('value' in property)) return;
  const value: unknown = property.value;
  // A logger that prints the error shows that the property has a getter, but does not call the getter.
  Object.defineProperty(error, name, { get: () => value, enumerable: false, configurable: true });
  // `value` may contain `error` itself. The recursion ends then, because the property of `error` is a getter by now.
  for (const each of Array.isArray(value) ? value : [value]) if (each instanceof Error) hideCommand(each);
}

function argumentsOf(error: Error): readonly unknown[] {
  const { command } = error as { command?: { readonly name?: unknown; readonly args?: unknown } };
  const isScript = /^(?:eval|fcall)/i.test(String(command?.name));
  return Array.isArray(command?.args) && !isScript ? command.args : [];
}

/**
 * Properties of a driver error that contain a command, or other errors that may carry one: the errors of an aborted
 * EXEC, and the error of the Cluster node that was tried last.
 */
const carriers: readonly string[] = ['command', 'previousErrors', 'lastNodeError'];
