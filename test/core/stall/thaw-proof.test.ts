import { describe, expect, it } from 'vitest';
import { stallDetectorOf } from '../../../packages/core/src/event-loop/thaw-watches.ts';
import { ThawProof } from '../../../packages/core/src/stall/thaw-proof.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Asked {
  readonly wired: WiredDriver;
  readonly proof: ThawProof;
  /** What the proof returned at each read. */
  readonly arrivals: boolean[];
  /** How often the proof has told that the connection is silent. */
  readonly silences: () => number;
}

/** A connection whose process has thawed since the last read. The server is silent, and PING is sent after `before`. */
async function asked(before: (wired: WiredDriver) => void = () => undefined): Promise<Asked> {
  const wired = await WiredDriver.ready();
  let silences = 0;
  const proof = new ThawProof(wired.driver, wired.wire, wired.clock, { onNews: () => silences++ });
  const arrivals: boolean[] = [];
  wired.onEvent = (event) => event === 'alive' && arrivals.push(proof.arrived());
  await wired.travel(2_000);
  stallDetectorOf(wired.clock).thawedAt = wired.clock.now();
  before(wired);
  wired.server.freeze();
  proof.askBy(() => void wired.send('ping'));
  return { wired, proof, arrivals, silences: () => silences };
}

describe('the connection of a process that has thawed', () => {
  it('is sent nothing but PING until it has been read', async () => {
    const { wired, proof, arrivals } = await asked();
    const visit = wired.send('set', ['visits', '1']);
    await wired.travel(500);
    expect([proof.isPending, wired.wire.isBlocked, visit.call.written?.isWritten]).toEqual([
      true,
      true,
      false,
    ]);
    wired.server.thaw();
    await wired.travel(10);
    expect([proof.isPending, wired.wire.isBlocked, visit.outcome()]).toEqual([false, false, 'OK']);
    expect(arrivals).toEqual([true, true]);
  });

  it('is not used any more if a caller has given up what was held back', async () => {
    const { wired, proof, arrivals } = await asked();
    const visit = wired.send('set', ['visits', '1']);
    Object.assign(visit.call, { settled: true });
    wired.server.thaw();
    await wired.travel(500);
    expect(arrivals).toEqual([false]);
    expect([proof.isPending, visit.call.written?.isWritten, visit.outcome()]).toEqual([
      false,
      false,
      undefined,
    ]);
  });

  it('is suspected after a quarter of the usual time', async () => {
    const { wired, silences } = await asked();
    await wired.travel(49);
    expect(silences()).toBe(0);
    await wired.travel(20);
    expect(silences()).toBe(1);
  });

  it.each(['it has answered', 'its socket is gone'] as const)('is not suspected if %s', async (why) => {
    const { wired, proof, silences } = await asked();
    await wired.travel(20);
    if (why === 'it has answered') wired.server.thaw();
    else proof.stop();
    await wired.travel(200);
    expect([silences(), proof.isPending, wired.clock.pendingTimers]).toEqual([0, false, 0]);
  });

  it('is not held back if it has been read since', async () => {
    const { wired, proof } = await asked((each) => {
      each.wire.readAt = each.clock.now();
    });
    expect([proof.isPending, wired.wire.isBlocked]).toEqual([false, false]);
  });

  it('is not held back while it awaits replies', async () => {
    const { wired, proof } = await asked((each) => void each.send('get', ['greeting']));
    expect([proof.isPending, wired.wire.isBlocked]).toEqual([false, false]);
  });

  it('is not held back if no PING can be sent', async () => {
    const wired = await WiredDriver.ready();
    const proof = new ThawProof(wired.driver, wired.wire, wired.clock, { onNews: () => undefined });
    stallDetectorOf(wired.clock).thawedAt = wired.clock.now() + 1;
    proof.askBy(() => undefined);
    expect([proof.isPending, wired.wire.isBlocked]).toEqual([false, false]);
    expect(proof.arrived()).toBe(true);
  });
});
