const key = Symbol.for('redis-resilience.core');
const own = {};
let isTold = false;

/**
 * Warns once when the process has loaded another copy of this package: the two share no default connection, no request
 * budget and no guards, and nothing would say why.
 */
export function noticeSecondCopy(): void {
  const registry = globalThis as { [key]?: object };
  registry[key] ??= own;
  if (registry[key] === own || isTold) return;
  isTold = true;
  process.emitWarning(
    'Two copies of @redis-resilience/core are loaded: connections and request budgets of one are unknown to the other. ' +
      'See who asks for which: npm ls @redis-resilience/core. Unite them: npm dedupe.',
    'RedisResilience',
  );
}
