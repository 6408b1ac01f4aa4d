const maxTold = 100;
const told = new Set<string>();

/**
 * Tells developers of a mistake in their code that a response must not show: as a process warning with the place in the
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
