// The functions as they are when this module is loaded: the fake timers of Jest replace those of the process, and then
// nothing that was written would be sent any more.
const nextTick = process.nextTick.bind(process);
const queue = queueMicrotask;

/** Runs a function when the running code has ended, before promises continue. Fake timers do not hold it up. */
export const runNext = nextTick;

/** Runs a function in turn with the promises that are about to continue. Fake timers do not hold it up. */
export const runSoon = queue;
