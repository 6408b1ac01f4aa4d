import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Number of consecutive turns of the event loop without a pending timer or I/O after which a promise counts
 * as never settled.
 */
const maxIdleTurns = 20;
/** Time limit for a test in milliseconds, far longer than any of these tests takes. */
const maxMs = 10_000;

/**
 * Calls `work`, and waits for its promise. Throws if the promise is still pending when nothing is left in the process
 * that could settle it.
 */
export async function withinTurns(work: () => unknown): Promise<void> {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  const promise = Promise.resolve(work());
  promise.then(settle, settle);
  const endsAt = performance.now() + maxMs;
  for (let idleTurns = 0; !isSettled; idleTurns = isIdle() ? idleTurns + 1 : 0) {
    if (idleTurns > maxIdleTurns || performance.now() > endsAt) throw new Error('The test never ends.');
    await nextTurn();
  }
  await promise;
  // Node reports an unhandled rejection only after the pending promise callbacks, so this waits for one more turn.
  await nextTurn();
}

function isIdle(): boolean {
  return process.getActiveResourcesInfo().every((resource) => resource.startsWith('Pipe'));
}
