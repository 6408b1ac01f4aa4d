import { describe, expect, it } from 'vitest';
import { establish } from '../../../packages/core/src/handshake/establish.ts';
import { SpareSocket } from '../../../packages/core/src/stall/spare-socket.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

async function spareOf(): Promise<{ readonly wired: WiredDriver; readonly spare: SpareSocket }> {
  const wired = await WiredDriver.ready();
  const establishing = establish(wired.target, wired.clock, new AbortController().signal);
  await wired.travel(10);
  return { wired, spare: new SpareSocket(await establishing, wired.target) };
}

describe('a spare socket', () => {
  it('is usable while somebody holds it', async () => {
    const { spare } = await spareOf();
    expect(spare.isUsable).toBe(false);
    spare.hold();
    expect(spare.isUsable).toBe(true);
    spare.release();
    expect([spare.isUsable, spare.isBroken]).toEqual([false, true]);
  });

  it('is not usable once it is taken, and stays open for its new owner', async () => {
    const { wired, spare } = await spareOf();
    spare.hold();
    expect(spare.take(wired.target)).toBe(spare.verified);
    expect([spare.isUsable, spare.take(wired.target)]).toEqual([false, undefined]);
    spare.release();
    expect(spare.isBroken).toBe(false);
  });

  it('is not usable once it is broken', async () => {
    const { wired, spare } = await spareOf();
    spare.hold();
    spare.verified.socket.destroy();
    expect([spare.isUsable, spare.take(wired.target)]).toEqual([false, undefined]);
  });

  it('cannot be taken while the server is asked over it, and can be afterwards', async () => {
    const { wired, spare } = await spareOf();
    spare.hold();
    let answer = (): void => undefined;
    const asking = spare.ask(() => new Promise<void>((resolve) => (answer = resolve)));
    expect(spare.take(wired.target)).toBeUndefined();
    answer();
    await asking;
    expect(spare.take(wired.target)).toBe(spare.verified);
  });
});
