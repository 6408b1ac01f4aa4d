import { describe, expect, it } from 'vitest';
import { PeacefulReplacement } from '../../../packages/core/src/connection/peaceful-replacement.ts';
import { establish, type VerifiedSocket } from '../../../packages/core/src/handshake/establish.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Waiting {
  readonly wired: WiredDriver;
  readonly replacement: PeacefulReplacement;
  readonly second: VerifiedSocket;
  /** The times at which the first connection should have been replaced, in milliseconds since the start. */
  readonly replacedAt: number[];
  begin(): void;
}

async function prepared(): Promise<Waiting> {
  const wired = await WiredDriver.ready();
  const second = establish(wired.target, wired.clock, new AbortController().signal);
  await wired.travel(10);
  const replacement = new PeacefulReplacement(wired.clock);
  const replacedAt: number[] = [];
  const startedAt = wired.clock.now();
  const verified = await second;
  const isDone = (): boolean => wired.driver.unansweredCount() === 0;
  const begin = (): void =>
    replacement.start(verified, isDone, () => replacedAt.push(wired.clock.now() - startedAt));
  return { wired, replacement, second: verified, replacedAt, begin };
}

describe('a connection that is to be replaced', () => {
  it('is replaced at once when it owes no answer', async () => {
    const { wired, second, replacedAt, begin } = await prepared();
    begin();
    expect([replacedAt, wired.clock.pendingTimers, second.socket.destroyed]).toEqual([[0], 0, false]);
  });

  it('is replaced within two milliseconds of its last answer', async () => {
    const { wired, replacedAt, begin } = await prepared();
    wired.link.latencyMs = 4;
    wired.send('get', ['a']);
    begin();
    await wired.travel(50);
    expect([replacedAt, wired.clock.pendingTimers]).toEqual([[8], 0]);
  });

  it('is replaced after a hundred milliseconds, whatever it owes', async () => {
    const { wired, second, replacedAt, begin } = await prepared();
    wired.server.freeze();
    wired.send('get', ['a']);
    begin();
    await wired.travel(200);
    expect([replacedAt, second.socket.destroyed]).toEqual([[100], false]);
  });

  it('is not replaced once it is gone, and what waited is destroyed', async () => {
    const { wired, replacement, second, replacedAt, begin } = await prepared();
    wired.server.freeze();
    wired.send('get', ['a']);
    begin();
    await wired.travel(10);
    replacement.stop();
    expect([wired.clock.pendingTimers, second.socket.destroyed]).toEqual([0, true]);
    await wired.travel(200);
    expect(replacedAt).toEqual([]);
  });

  it('is replaced by the last that is to take its place', async () => {
    const { wired, replacement, second, replacedAt, begin } = await prepared();
    wired.server.freeze();
    wired.send('get', ['a']);
    begin();
    wired.server.thaw();
    const third = establish(wired.target, wired.clock, new AbortController().signal);
    wired.server.clients[0]?.freeze();
    await wired.travel(10);
    let isReplaced = false;
    replacement.start(
      await third,
      () => wired.driver.unansweredCount() === 0,
      () => {
        isReplaced = true;
      },
    );
    expect(second.socket.destroyed).toBe(true);
    await wired.travel(200);
    expect([replacedAt, isReplaced, (await third).socket.destroyed]).toEqual([[], true, false]);
    replacement.stop();
    expect((await third).socket.destroyed).toBe(false);
  });
});
