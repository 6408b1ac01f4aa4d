import { describe, expect, it } from 'vitest';
import { BlockingCheck, type BlockingFinding } from '../../../packages/core/src/stall/blocking-check.ts';
import { commandOf } from '../fakes/fake-command.ts';
import type { SentCall } from '../fakes/tracked-call.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Checked {
  readonly wired: WiredDriver;
  readonly check: BlockingCheck;
  /** The findings of the checks, in the order in which the checks ended. */
  readonly found: (BlockingFinding | undefined)[];
  run(): void;
}

async function prepared(): Promise<Checked> {
  const wired = await WiredDriver.ready();
  const check = new BlockingCheck(wired.driver, wired.wire, wired.target, wired.clock);
  const found: (BlockingFinding | undefined)[] = [];
  return { wired, check, found, run: () => void check.run().then((finding) => found.push(finding)) };
}

/** Like `prepared`, but with a call that blocks for ever. */
async function blocked(): Promise<Checked & { sent: SentCall }> {
  const checked = await prepared();
  const sent = checked.wired.send('blpop', ['list', '0'], Infinity);
  await checked.wired.travel(10);
  return { ...checked, sent };
}

/** Expects that nothing is left behind: no connection except the first one, and no timer. */
async function expectNoTrace({ wired }: Checked): Promise<void> {
  await wired.travel(0);
  expect(wired.network.links).toHaveLength(1);
  expect(wired.clock.pendingTimers).toBe(0);
}

describe('a blocking call', () => {
  it('on a dead socket is released on the server, and the second connection is found', async () => {
    const checked = await blocked();
    checked.wired.network.cutStanding();
    checked.run();
    // The check ends at 206 ms: 6 ms for the handshake and the question, and 200 ms of waiting.
    await checked.wired.travel(205);
    expect(checked.found).toEqual([]);
    await checked.wired.travel(1);
    const [finding] = checked.found;
    const verified = finding?.kind === 'dead' ? finding.replacement : undefined;
    expect([verified?.socket.destroyed, checked.sent.call.released]).toEqual([false, true]);
    expect(checked.wired.clock.pendingTimers).toBe(0);
  });

  it('on a living socket is released, and hears of it', async () => {
    const checked = await blocked();
    checked.run();
    await checked.wired.travel(210);
    expect(checked.found).toEqual([undefined]);
    expect([checked.sent.call.releases?.take(), checked.sent.outcome()]).toEqual([true, null]);
    await expectNoTrace(checked);
  });

  it('that hears of its release in the same moment in which it is asked for lives', async () => {
    const checked = await blocked();
    const { wired } = checked;
    wired.network.latencyMs = 0;
    wired.network.cutStanding();
    checked.run();
    await wired.travel(0);
    // In a fast process, the connection may read bytes in the same millisecond in which the check asks the server.
    wired.wire.readAt = wired.clock.now();
    await wired.travel(210);
    expect(checked.found).toEqual([undefined]);
  });

  it('that was answered meanwhile is not marked as released', async () => {
    const checked = await blocked();
    const { wired } = checked;
    wired.network.latencyMs = 5;
    checked.run();
    await wired.travel(20);
    expect(wired.server.ran.at(-1)).toBe('client id');
    wired.server.clients[0]?.release();
    await wired.travel(4);
    // The reply to the blocking call may already be on its way, so the check waits 200 ms for it.
    await wired.travel(250);
    expect(checked.found).toEqual([undefined]);
    expect(checked.sent.call.released).toBe(false);
    await expectNoTrace(checked);
  });

  it('whose reply was lost with its connection makes that dead, and counts as unanswered', async () => {
    const checked = await blocked();
    checked.wired.network.cutStanding();
    checked.wired.server.clients[0]?.release();
    checked.run();
    await checked.wired.travel(210);
    expect([checked.found.map((finding) => finding?.kind), checked.sent.call.released]).toEqual([
      ['dead'],
      false,
    ]);
  });

  it('that the user must not release proves nothing', async () => {
    const checked = await blocked();
    checked.wired.network.cutStanding();
    checked.run();
    await checked.wired.travel(4);
    checked.wired.server.refuses.set('client', 'NOPERM no permission');
    await checked.wired.travel(206);
    expect(checked.wired.server.ran.at(-1)).toBe('client unblock');
    expect([checked.found, checked.sent.call.released]).toEqual([[undefined], false]);
    expect(checked.wired.clock.pendingTimers).toBe(0);
  });

  it('that was given to its caller meanwhile proves nothing', async () => {
    const checked = await blocked();
    checked.wired.network.cutStanding();
    checked.run();
    await checked.wired.travel(100);
    checked.sent.call.released = false;
    await checked.wired.travel(150);
    expect(checked.found).toEqual([undefined]);
  });

  it.each(['wait', 'waitaof'])('of the name %s is never released: it would answer a number', async (name) => {
    const checked = await prepared();
    checked.wired.server.freeze();
    checked.wired.send(name, ['1', '0'], Infinity);
    checked.run();
    await checked.wired.travel(210);
    expect(checked.found).toEqual([undefined]);
    expect(checked.wired.network.openedAt.length).toBe(1);
  });
});

describe('nothing is asked', () => {
  it('where nothing is unanswered', async () => {
    const checked = await prepared();
    checked.run();
    await checked.wired.travel(210);
    expect([checked.found, checked.wired.network.openedAt.length]).toEqual([[undefined], 1]);
  });

  it('where what is unanswered is no call', async () => {
    const checked = await prepared();
    checked.wired.server.freeze();
    checked.wired.driver.send(commandOf('blpop', ['list', '0']));
    checked.run();
    await checked.wired.travel(210);
    expect([checked.found, checked.wired.network.openedAt.length]).toEqual([[undefined], 1]);
  });

  it('where the call blocks for a time', async () => {
    const checked = await prepared();
    checked.wired.send('blpop', ['list', '5'], 5_000);
    checked.run();
    await checked.wired.travel(210);
    expect([checked.found, checked.wired.network.openedAt.length]).toEqual([[undefined], 1]);
  });

  it('where the server does not tell who is who', async () => {
    const checked = await blocked();
    const { wire, driver } = checked.wired;
    if (driver.socket !== undefined) wire.adopt(driver.socket, undefined);
    checked.run();
    await checked.wired.travel(210);
    expect([checked.found, checked.wired.network.openedAt.length]).toEqual([[undefined], 1]);
  });

  it('while a check is under way; another one may follow it', async () => {
    const checked = await blocked();
    checked.run();
    checked.run();
    await checked.wired.travel(1);
    expect([checked.found, checked.wired.network.openedAt.length]).toEqual([[undefined], 2]);
    await checked.wired.travel(300);
    checked.wired.send('blpop', ['list', '0'], Infinity);
    checked.run();
    await checked.wired.travel(300);
    expect([checked.found.length, checked.wired.network.openedAt.length]).toEqual([3, 3]);
  });

  it('of another run of the server, which numbers its clients anew', async () => {
    const checked = await blocked();
    const { wired } = checked;
    wired.network.cutStanding();
    wired.server.stop();
    wired.server.start();
    checked.run();
    await wired.travel(210);
    expect(checked.found).toEqual([undefined]);
    expect(wired.server.ran).not.toContain('client unblock');
    expect(checked.sent.call.released).toBe(false);
  });

  it('about a connection that was replaced meanwhile', async () => {
    const checked = await blocked();
    const { wire, driver } = checked.wired;
    checked.run();
    if (driver.socket !== undefined) wire.adopt(driver.socket, { clientId: '1', runId: undefined });
    await checked.wired.travel(210);
    expect(checked.wired.server.ran).not.toContain('client unblock');
    expect(checked.found).toEqual([undefined]);
  });
});

describe('a check', () => {
  it('finds nothing against a connection that was replaced while it waited for its answer', async () => {
    const checked = await blocked();
    const { wire, driver, network } = checked.wired;
    network.cutStanding();
    checked.run();
    await checked.wired.travel(100);
    const { readAt } = wire;
    if (driver.socket !== undefined) wire.adopt(driver.socket, { clientId: '1', runId: undefined });
    wire.readAt = readAt;
    await checked.wired.travel(150);
    expect(checked.found).toEqual([undefined]);
  });

  it('ends after a second on a server that is silent, and calls the connection doubtful', async () => {
    const checked = await blocked();
    checked.wired.server.freeze();
    checked.run();
    await checked.wired.travel(999);
    expect(checked.found).toEqual([]);
    await checked.wired.travel(1);
    expect(checked.found).toEqual([{ kind: 'doubtful' }]);
    expect(checked.sent.call.released).toBe(false);
    await expectNoTrace(checked);
  });

  it('that was stopped, and ends later, does not end the next one', async () => {
    const checked = await blocked();
    checked.run();
    checked.check.stop();
    checked.run();
    await checked.wired.travel(1);
    checked.run();
    await checked.wired.travel(1);
    expect(checked.wired.network.openedAt).toHaveLength(3);
  });

  it('does not hand over a second connection that broke meanwhile', async () => {
    const checked = await blocked();
    checked.wired.network.cutStanding();
    checked.run();
    await checked.wired.travel(100);
    checked.wired.server.clients[1]?.socket.resetAndDestroy();
    await checked.wired.travel(150);
    expect(checked.found).toEqual([undefined]);
    await expectNoTrace(checked);
  });

  it.each([0, 3, 100])('that is stopped after %i ms finds nothing and leaves nothing', async (ms) => {
    const checked = await blocked();
    checked.check.stop();
    checked.wired.network.cutStanding();
    checked.run();
    await checked.wired.travel(ms);
    checked.check.stop();
    await checked.wired.travel(5);
    expect(checked.found).toEqual([undefined]);
    await expectNoTrace(checked);
  });
});
