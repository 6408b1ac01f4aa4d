import { setImmediate as nextTurn } from 'node:timers/promises';

/** Turns of the event loop with nothing to wait for, after which a promise is never settled. */
const maxIdleTurns = 20;
/** Far more than any pure test takes. */
const maxMs = 10_000;

/** Waits for what `work` returns. Throws when nothing is left in the process that could settle it. */
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
  // Errors that nobody catches are known one turn later.
  await nextTurn();
}

function isIdle(): boolean {
  return process.getActiveResourcesInfo().every((resource) => resource.startsWith('Pipe'));
}
