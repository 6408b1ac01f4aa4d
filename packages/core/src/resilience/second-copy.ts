const key = Symbol.for('redis-resilience.core');
const own = {};
let isTold = false;

/**
 * Warns once when the process has loaded another copy of this package. Two copies share neither the default connection
 * nor request budgets nor guards, which is hard to notice without a warning.
 */
export function noticeSecondCopy(): void {
  const registry = globalThis as { [key]?: object };
  registry[key] ??= own;
  if (registry[key] === own || isTold) return;
  isTold = true;
  process.emitWarning(
    'Two copies of @redis-resilience/core are loaded; they share neither connections nor request budgets. ' +
      'See which packages need them: npm ls @redis-resilience/core. Merge them: npm dedupe.',
    'RedisResilience',
  );
}
