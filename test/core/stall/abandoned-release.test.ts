import { describe, expect, it } from 'vitest';
import type { TrackedCall } from '../../../packages/core/src/driver/tracked-call.ts';
import { AbandonedRelease } from '../../../packages/core/src/stall/abandoned-release.ts';
import type { SentCall } from '../fakes/tracked-call.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

/** A connection whose oldest command is BLPOP without a timeout. */
async function blocked() {
  const wired = await WiredDriver.ready();
  const release = new AbandonedRelease(wired.driver, wired.wire, wired.target, wired.clock);
  const sent = wired.send('blpop', ['list', '0'], Infinity);
  await wired.travel(10);
  return { wired, release, sent };
}

function abandon({ call }: SentCall): void {
  (call as { -readonly [Key in keyof TrackedCall]: TrackedCall[Key] }).settled = true;
}

describe('a blocking call for which nobody waits any more', () => {
  it('is released on the server, and later commands are answered', async () => {
    const { wired, release, sent } = await blocked();
    const later = wired.send('get', ['a']);
    await wired.travel(50);
    expect(later.call.settled).toBe(false);
    abandon(sent);
    void release.run();
    await wired.travel(50);
    expect(wired.driver.unansweredCount()).toBe(0);
    expect(later.call.settled).toBe(true);
    await wired.travel(10);
    expect([wired.network.links.length, wired.clock.pendingTimers]).toEqual([1, 0]);
  });

  it('makes room for the next abandoned one, which is released too', async () => {
    const { wired, release, sent } = await blocked();
    const second = wired.send('blpop', ['list', '0'], Infinity);
    const third = wired.send('blpop', ['list', '0'], Infinity);
    for (const each of [sent, second]) abandon(each);
    void release.run();
    await wired.travel(100);
    expect([wired.driver.unansweredCount(), wired.driver.oldestUnanswered()?.call]).toEqual([1, third.call]);
    expect(wired.server.ran.filter((name) => name === 'client unblock').length).toBe(2);
    expect([wired.network.links.length, wired.clock.pendingTimers]).toEqual([1, 0]);
  });

  it('is left alone if a caller still waits for it, or if it no longer blocks', async () => {
    const { wired, release, sent } = await blocked();
    expect(await release.run()).toBe(false);
    expect(wired.network.openedAt.length).toBe(1);
    wired.server.clients[0]?.release();
    await wired.travel(10);
    abandon(sent);
    expect(await release.run()).toBe(false);
    expect(wired.network.openedAt.length).toBe(1);
  });

  it('is asked for over one connection, however often that is begun', async () => {
    const { wired, release, sent } = await blocked();
    abandon(sent);
    void release.run();
    expect(await release.run()).toBe(false);
    await wired.travel(50);
    expect(wired.network.openedAt.length).toBe(2);
  });

  it('is left to the stall watch if it cannot be released, without a trace', async () => {
    const { wired, release, sent } = await blocked();
    abandon(sent);
    wired.network.cutStanding();
    wired.network.latencyMs = 2_000;
    const held = release.run();
    await wired.travel(1_500);
    expect(await held).toBe(false);
    await wired.travel(5_000);
    expect(wired.driver.unansweredCount()).toBe(1);
    expect(wired.clock.pendingTimers).toBe(0);
    expect(wired.network.links.length).toBe(1);
  });

  it('is forgotten when the connection is lost in the middle of it', async () => {
    const { wired, release, sent } = await blocked();
    abandon(sent);
    void release.run();
    await wired.travel(2);
    release.stop();
    await wired.travel(50);
    expect(wired.server.ran).not.toContain('client unblock');
    expect([wired.network.links.length, wired.clock.pendingTimers]).toEqual([1, 0]);
  });
});

it('a call that does not block is not released, although nobody waits for it', async () => {
  const wired = await WiredDriver.ready();
  const release = new AbandonedRelease(wired.driver, wired.wire, wired.target, wired.clock);
  wired.network.cutStanding();
  abandon(wired.send('get', ['a']));
  expect(await release.run()).toBe(false);
  expect(wired.network.openedAt.length).toBe(1);
});

describe('the time for which a connection may be silent', () => {
  it('begins when the call is abandoned that blocks it', async () => {
    const { wired, sent } = await blocked();
    expect(wired.wire.blockedUntil()).toBe(Infinity);
    abandon(sent);
    wired.wire.releases.abandoned(sent.call, 5_000);
    expect(wired.wire.blockedUntil()).toBe(5_000);
    expect(wired.events.at(-1)).toBe('abandoned');
  });
});
