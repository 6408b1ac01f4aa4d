// The functions as they are when this module is loaded: the fake timers of Jest replace those of the process, and then
// nothing that was written would be sent any more.

/** Runs a function when the running code has ended, before promises continue. Fake timers do not hold it up. */
export const runNext = process.nextTick.bind(process);

/** Runs a function in turn with the promises that are about to continue. Fake timers do not hold it up. */
export const runSoon = queueMicrotask;

/** Throws an error when the running code has ended: the error reaches the application, and the running code goes on. */
export function throwNext(error: unknown): void {
  runNext(() => {
    throw error;
  });
}
