import { unquoteArguments } from './unquoted-arguments.ts';

/**
 * Returns a copy of a driver error without the command that it carries, and so without keys, values and passwords.
 * Class, message and stack stay the same. Any other value is returned unchanged.
 */
export function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error) || !carriers.some((name) => name in error)) return error;
  const copy = Object.create(Object.getPrototypeOf(error) as object) as Record<string, unknown>;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (!carriers.includes(name)) Object.defineProperty(copy, name, descriptor);
  }
  const { previousErrors, lastNodeError } = error as { previousErrors?: unknown; lastNodeError?: unknown };
  unquoteArguments(copy as unknown as Error);
  if (Array.isArray(previousErrors)) copy['previousErrors'] = previousErrors.map(withoutCommand);
  if (lastNodeError !== undefined) copy['lastNodeError'] = withoutCommand(lastNodeError);
  return copy;
}

/**
 * Keeps the command that a driver error carries, and the arguments that its text quotes, out of logs; code can still
 * read the command from the error.
 */
export function hideCommand(error: Error): void {
  unquoteArguments(error);
  for (const name of carriers) {
    if (Object.hasOwn(error, name)) Object.defineProperty(error, name, { enumerable: false });
  }
}

/**
 * Properties that contain a command, or errors that carry one: those of an aborted EXEC, and of the last Cluster node.
 */
const carriers: readonly string[] = ['command', 'previousErrors', 'lastNodeError'];
