/**
 * A copy of an error of the driver without the command that it carries, and so without keys, values and passwords; its
 * class, message and stack stay. Any other value is returned unchanged.
 */
export function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error) || !carriers.some((name) => name in error)) return error;
  const copy = Object.create(Object.getPrototypeOf(error) as object) as Record<string, unknown>;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (!carriers.includes(name)) Object.defineProperty(copy, name, descriptor);
  }
  const { previousErrors, lastNodeError } = error as { previousErrors?: unknown; lastNodeError?: unknown };
  if (Array.isArray(previousErrors)) copy['previousErrors'] = previousErrors.map(withoutCommand);
  if (lastNodeError !== undefined) copy['lastNodeError'] = withoutCommand(lastNodeError);
  return copy;
}

/** Has logs print this error of the driver without the command that it carries; code that asks for it still finds it. */
export function hideCommand(error: Error): void {
  for (const name of carriers) {
    if (Object.hasOwn(error, name)) Object.defineProperty(error, name, { enumerable: false });
  }
}

/** Properties with a command, or with errors that carry one: of an aborted EXEC, and of the last node of a Cluster. */
const carriers: readonly string[] = ['command', 'previousErrors', 'lastNodeError'];
