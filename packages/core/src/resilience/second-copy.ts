const key = Symbol.for('redis-resilience.core');
const own = { url: import.meta.url };
let isTold = false;

/**
 * Warns once when the process has loaded another copy of this package: the two share no default connection, no request
 * budget and no guards, and nothing would say why.
 */
export function noticeSecondCopy(): void {
  const registry = globalThis as { [key]?: { readonly url: string } };
  const first = (registry[key] ??= own);
  if (first === own || isTold) return;
  isTold = true;
  process.emitWarning(
    `Two copies of @redis-resilience/core are loaded, ${first.url} and ${own.url}: connections and request budgets of ` +
      'one are unknown to the other. See who asks for which: npm ls @redis-resilience/core. Unite them: npm dedupe.',
    'RedisResilience',
  );
}
