import type { Redis } from 'ioredis';
import { outcomeOf, type CallOutcome } from '../stage/outcome-of.ts';
import type { KindOfCall } from './kinds-of-call.ts';

/** A call, with the number of times that it settled, and its result. */
export interface Watched {
  readonly name: string;
  times: number;
  readonly outcome: Promise<CallOutcome>;
}

/** Issues a call of each kind, and counts how often it settles. A call that throws counts as rejected. */
export function watchAll(client: Redis, kinds: readonly KindOfCall[], timeoutMs = 6_000): Watched[] {
  return kinds.map(({ name, call }) => {
    const promise = new Promise((resolve, reject) => {
      call(client).then(
        (value) => {
          watched.times++;
          resolve(value);
        },
        (error: Error) => {
          watched.times++;
          reject(error);
        },
      );
    });
    const watched: Watched = { name, times: 0, outcome: outcomeOf(promise, timeoutMs) };
    return watched;
  });
}

/** Returns one line for each call that did not settle exactly once. */
export async function unsettled(calls: readonly Watched[]): Promise<string[]> {
  const faults: string[] = [];
  for (const call of calls) {
    const outcome = await call.outcome;
    if (outcome.kind === 'pending') faults.push(`${call.name} is pending`);
    else if (call.times !== 1) faults.push(`${call.name} settled ${call.times} times`);
  }
  return faults;
}
