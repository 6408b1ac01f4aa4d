import { setImmediate as nextTurn } from 'node:timers/promises';

/** The result of a call. */
export type CallOutcome =
  | { readonly kind: 'resolved'; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly error: Error }
  | { readonly kind: 'pending' };

/**
 * Waits until the call settles, and resolves with its result; with `pending` if the call does not settle in time. Never
 * rejects.
 */
export async function outcomeOf(call: Promise<unknown>, timeoutMs = 4_000): Promise<CallOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CallOutcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'pending' }), timeoutMs);
  });
  const settled = call.then(
    (value): CallOutcome => ({ kind: 'resolved', value }),
    (error: Error): CallOutcome => ({ kind: 'rejected', error }),
  );
  const outcome = await Promise.race([settled, late]);
  clearTimeout(timer);
  return outcome;
}

/**
 * Returns the error of a call that must be refused immediately. @throws Error when the call has not settled two turns
 * later
 */
export async function errorAtOnce(call: Promise<unknown>): Promise<Error> {
  let outcome: CallOutcome = { kind: 'pending' };
  void call.then(
    (value) => (outcome = { kind: 'resolved', value }),
    (error: Error) => (outcome = { kind: 'rejected', error }),
  );
  await nextTurn();
  await nextTurn();
  return failureIn(outcome);
}

/** Returns the error of a call that must fail. @throws Error when the call does not fail */
export async function errorOf(call: Promise<unknown>, timeoutMs?: number): Promise<Error> {
  return failureIn(await outcomeOf(call, timeoutMs));
}

function failureIn(outcome: CallOutcome): Error {
  if (outcome.kind !== 'rejected') throw new Error(`Expected a failure; the call was ${outcome.kind}.`);
  return outcome.error;
}
