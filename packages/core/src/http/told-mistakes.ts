const maxTold = 100;
const told = new Set<string>();

/**
 * Reports a mistake in the application's code that a response must not show: as a process warning with the place in the
 * code, once for each message.
 */
export function tellMistake({ message, stack = '' }: Error): void {
  if (told.has(message) || told.size >= maxTold) return;
  told.add(message);
  process.emitWarning(message, {
    type: 'RedisResilience',
    detail: stack.slice(stack.indexOf('\n    at ') + 1),
  });
}
