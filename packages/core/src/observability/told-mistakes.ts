const maxTold = 100;
const told = new Set<string>();

/**
 * Emits a process warning about a mistake in the application's code. The warning shows the place in the code, which the
 * HTTP response must not show. Each message is reported only once.
 */
export function tellMistake({ message, stack = '' }: Error): void {
  if (told.has(message) || told.size >= maxTold) return;
  told.add(message);
  process.emitWarning(message, {
    type: 'RedisResilience',
    detail: stack.slice(stack.indexOf('\n    at ') + 1),
  });
}
