import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { Deadline } from '../../packages/doctor/src/deadline.ts';
import { gatherRoundTrip } from '../../packages/doctor/src/evidence/node/round-trip.ts';

/** Measures the round trips of a conversation in which each PING takes as long as listed, and later ones as long as the last. */
async function measured(listedMs: readonly number[]) {
  const clock = new ManualClock();
  const deadline = new Deadline(clock, 5_000);
  let asked = 0;
  const ask = async () => {
    const durationMs = listedMs[Math.min(asked++, listedMs.length - 1)] ?? 0;
    await clock.travelAsync(durationMs);
    return { replies: [], ending: undefined, durationMs };
  };
  const found = await gatherRoundTrip({ ask } as never, [], deadline);
  deadline.release();
  return found;
}

it('one PING during which the doctor got no CPU time does not make a near server look slow', async () => {
  expect(await measured([76, 1])).toEqual({ samples: 3, medianMs: 1, maxMs: 76 });
});

it('round trips that all take long are found with few PINGs, and short ones with more', async () => {
  expect(await measured([200])).toEqual({ samples: 3, medianMs: 200, maxMs: 200 });
  expect(await measured([1])).toEqual({ samples: 7, medianMs: 1, maxMs: 1 });
});
