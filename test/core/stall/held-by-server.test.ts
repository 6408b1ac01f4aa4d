import { describe, expect, it } from 'vitest';
import { establish, type VerifiedSocket } from '../../../packages/core/src/handshake/establish.ts';
import type { Identity } from '../../../packages/core/src/handshake/identity.ts';
import { heldByServer } from '../../../packages/core/src/stall/held-by-server.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

const { signal } = new AbortController();

/** A connection, and a second one that has completed its handshake. */
async function pair(): Promise<{ wired: WiredDriver; other: VerifiedSocket }> {
  const wired = await WiredDriver.ready();
  const establishing = establish(wired.target, wired.clock, signal);
  await wired.travel(10);
  return { wired, other: await establishing };
}

async function ask(
  wired: WiredDriver,
  other: VerifiedSocket,
  identity: Identity | undefined,
): Promise<boolean> {
  const asking = heldByServer(other, [identity], signal);
  await wired.travel(10);
  const [isHeld] = await asking;
  return isHeld === true;
}

describe('a connection', () => {
  it('is held while the server pauses its write, and no longer', async () => {
    const { wired, other } = await pair();
    wired.server.holdWrites();
    wired.send('set', ['a', '1']);
    await wired.travel(5);
    expect(await ask(wired, other, wired.wire.identity)).toBe(true);
    wired.server.releaseWrites();
    await wired.travel(5);
    expect(await ask(wired, other, wired.wire.identity)).toBe(false);
  });

  it('is told from others that are asked about together with it', async () => {
    const { wired, other } = await pair();
    wired.server.holdWrites();
    wired.send('set', ['a', '1']);
    await wired.travel(5);
    const { runId } = wired.server;
    const asking = heldByServer(other, [undefined, { clientId: '99', runId }, wired.wire.identity], signal);
    await wired.travel(10);
    expect(await asking).toEqual([false, false, true]);
  });

  it('is not held where the server does not know it, or may not be asked', async () => {
    const { wired, other } = await pair();
    wired.server.holdWrites();
    wired.send('set', ['a', '1']);
    await wired.travel(5);
    expect(await ask(wired, other, { clientId: '99', runId: wired.server.runId })).toBe(false);
    wired.server.refuses.set('client', 'NOPERM this user has no permissions to run the command');
    expect(await ask(wired, other, wired.wire.identity)).toBe(false);
  });

  it('is asked about only where the number is known to mean it', async () => {
    const { wired, other } = await pair();
    const before = wired.server.ran.length;
    expect(await ask(wired, other, undefined)).toBe(false);
    expect(await ask(wired, other, { clientId: '1', runId: 'another run' })).toBe(false);
    expect(wired.server.ran).toHaveLength(before);
  });
});
