import { describe, expect, it } from 'vitest';
import { Dialer } from '../../../packages/core/src/dialing/dialer.ts';
import type { ConnectionOptions } from '../../../packages/core/src/options/options.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { StallInquiry, type InquiryFinding } from '../../../packages/core/src/stall/stall-inquiry.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Inquired {
  readonly wired: WiredDriver;
  readonly inquiry: StallInquiry;
  /** Asks why another connection to the same server, which is silent too, gets no replies. */
  readonly other: StallInquiry;
  readonly otherFound: Inquired['found'];
  readonly dialer: Dialer;
  /** The findings with their times, in milliseconds since the start. */
  readonly found: (readonly [InquiryFinding['kind'], string | undefined, number])[];
  readonly findings: InquiryFinding[];
  /** The times at which other connections were opened. */
  readonly openedAt: () => readonly number[];
}

async function prepared(connection: ConnectionOptions = {}): Promise<Inquired> {
  const wired = await WiredDriver.ready();
  const { clock } = wired;
  const found: Inquired['found'] = [];
  const findings: InquiryFinding[] = [];
  const settings = resolveSettings({ clock, connection });
  const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs } = settings.connection;
  const random = (): number => 0.5;
  const dialer = new Dialer({ clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs });
  const otherFound: Inquired['found'] = [];
  const note = (list: Inquired['found'], finding: InquiryFinding): void =>
    void list.push([finding.kind, 'cause' in finding ? finding.cause : undefined, clock.now() - startedAt]);
  const inquiry = new StallInquiry(wired.target, wired.wire, settings, { dialer }, (finding) => {
    note(found, finding);
    findings.push(finding);
  });
  const other = new StallInquiry(wired.target, wired.wire, settings, { dialer }, (finding) =>
    note(otherFound, finding),
  );
  await wired.travel(100);
  const startedAt = clock.now();
  const openedAt = (): readonly number[] => wired.network.openedAt.slice(1).map((at) => at - startedAt);
  return { wired, inquiry, other, otherFound, dialer, found, findings, openedAt };
}

/** Expects that nothing is left behind: no connection except the first one, and no timer. */
async function expectNoTrace({ wired }: Inquired): Promise<void> {
  await wired.travel(0);
  expect(wired.network.links).toHaveLength(1);
  expect(wired.clock.pendingTimers).toBe(0);
}

describe('a silent connection', () => {
  it('is dead when another one is answered, and it still is not after a moment', async () => {
    const { wired, inquiry, found, findings } = await prepared();
    inquiry.begin();
    await wired.travel(200);
    // The check takes 4 ms for the handshake with the question, and then waits 50 ms.
    expect(found).toEqual([['dead', undefined, 54]]);
    const [finding] = findings;
    inquiry.stop();
    expect(finding?.kind === 'dead' && finding.replacement?.socket.destroyed).toBe(false);
    expect(wired.clock.pendingTimers).toBe(0);
  });

  it.each([
    { deviationMs: 5, graceMs: 70 },
    { deviationMs: 50, graceMs: 200 },
  ])('with a deviation of $deviationMs ms is given $graceMs ms', async ({ deviationMs, graceMs }) => {
    const { wired, inquiry, found } = await prepared();
    wired.wire.roundTrip.observe(2 * deviationMs);
    inquiry.begin();
    await wired.travel(300);
    expect(found).toEqual([['dead', undefined, 4 + graceMs]]);
  });

  it('with a distant server whose replies take equally long is given 50 ms', async () => {
    const { wired, inquiry, found } = await prepared();
    for (let reply = 0; reply < 200; reply++) wired.wire.roundTrip.observe(100);
    inquiry.begin();
    await wired.travel(300);
    expect(found).toEqual([['dead', undefined, expect.closeTo(54, 3)]]);
  });

  it.each([
    { when: 'a moment later', aliveAt: 1_230 },
    { when: 'as soon as it was suspected', aliveAt: 1_200 },
  ])('lives when it is heard $when', async ({ aliveAt }) => {
    const inquired = await prepared();
    inquired.inquiry.begin();
    await inquired.wired.travel(30);
    inquired.wired.wire.aliveAt = aliveAt;
    await inquired.wired.travel(30);
    expect(inquired.found).toEqual([['serves', undefined, 54]]);
    await expectNoTrace(inquired);
  });

  it('is asked about again when the second connection breaks in that moment', async () => {
    const inquired = await prepared();
    const { wired, inquiry, found, openedAt } = inquired;
    inquiry.begin();
    await wired.travel(30);
    wired.server.clients[1]?.socket.resetAndDestroy();
    await wired.travel(90);
    expect(openedAt()).toEqual([0, 54]);
    expect(found).toEqual([['dead', undefined, 108]]);
  });

  it('is asked about for as long as it takes when the second connection breaks', async () => {
    const { wired, inquiry, found, openedAt } = await prepared();
    inquiry.begin();
    await wired.travel(30);
    wired.server.clients[1]?.socket.resetAndDestroy();
    wired.server.mood = 'loading';
    await wired.travel(70);
    expect(openedAt()).toEqual([0, 54]);
    expect(found).toEqual([
      ['away', 'loading', 58],
      ['away', 'loading', 85],
    ]);
  });

  it('is gone with a server that is', async () => {
    const inquired = await prepared();
    inquired.wired.server.stop();
    inquired.inquiry.begin();
    await inquired.wired.travel(1_000);
    expect(inquired.found).toEqual([['gone', 'connection-refused', 2]]);
    expect(inquired.openedAt()).toEqual([0]);
    expect(inquired.wired.clock.pendingTimers).toBe(0);
  });
});

describe('a server that is silent', () => {
  it('is found away once, and asked again and again', async () => {
    const { wired, inquiry, found, findings, openedAt } = await prepared({ handshakeTimeoutMs: 1_000 });
    wired.server.freeze();
    inquiry.begin();
    await wired.travel(4_000);
    expect(found).toEqual([['away', 'stalled', 200]]);
    expect(findings).toEqual([{ kind: 'away', cause: 'stalled', isSilent: true }]);
    expect(openedAt().slice(0, 4)).toEqual([0, 152, 302, 452]);
    expect(openedAt().length).toBeGreaterThan(20);
    expect(openedAt().length).toBeLessThan(40);
  });

  it('is given a patience that the round trips of the connection widen', async () => {
    const { wired, inquiry, found } = await prepared();
    wired.wire.roundTrip.observe(40);
    const limitMs = wired.wire.roundTrip.limitMs();
    expect(limitMs).toBe(480);
    wired.server.freeze();
    inquiry.begin();
    await wired.travel(1_000);
    expect(found.map(([, , at]) => at)).toEqual([480]);
  });

  it('is given twice the time that connecting took so far', async () => {
    const { wired, inquiry, dialer, found } = await prepared();
    dialer.speed.connected(400);
    wired.server.freeze();
    inquiry.begin();
    await wired.travel(1_000);
    expect(found.map(([, , at]) => at)).toEqual([800]);
  });

  it('serves again: the connection that is not heard then is dead', async () => {
    const { wired, inquiry, found } = await prepared();
    wired.server.freeze();
    inquiry.begin();
    await wired.travel(450);
    wired.server.thaw();
    await wired.travel(150);
    expect(found.at(-1)).toEqual(['dead', undefined, 501]);
  });

  it('is asked at the pace of dialing', async () => {
    const { wired, inquiry, openedAt } = await prepared({ minPeriodMs: 1_000 });
    wired.server.freeze();
    inquiry.begin();
    await wired.travel(3_500);
    expect(openedAt()).toEqual([0, 1_002, 2_002, 3_002]);
  });
});

describe('a server that says it does not serve', () => {
  it('is asked until it does; the connection is kept', async () => {
    const inquired = await prepared();
    const { wired, inquiry, found } = inquired;
    wired.server.mood = 'loading';
    inquiry.begin();
    await wired.travel(40);
    wired.server.mood = 'busy';
    await wired.travel(25);
    wired.server.mood = 'serves';
    await wired.travel(100);
    expect(found).toEqual([
      ['away', 'loading', 4],
      ['away', 'loading', 31],
      ['away', 'busy', 58],
      ['serves', undefined, 87],
    ]);
    expect(inquired.openedAt()).toEqual([0]);
    await expectNoTrace(inquired);
  });

  it('on the connection itself is asked a moment later, once', async () => {
    const inquired = await prepared();
    const { wired, inquiry, found, openedAt } = inquired;
    inquiry.await('loading');
    inquiry.await('loading');
    expect(wired.clock.pendingTimers).toBe(1);
    await wired.travel(20);
    expect(openedAt()).toEqual([]);
    await wired.travel(60);
    expect(openedAt()).toEqual([25]);
    expect(found).toEqual([['serves', undefined, 29]]);
    await expectNoTrace(inquired);
  });

  it('and then is silent serves again: the connection was heard, and is kept', async () => {
    const inquired = await prepared();
    const { wired, inquiry, found } = inquired;
    inquiry.await('loading');
    wired.server.freeze();
    await wired.travel(350);
    expect(found).toEqual([['away', 'stalled', 225]]);
    wired.server.thaw();
    await wired.travel(100);
    expect(found.at(-1)?.[0]).toBe('serves');
    await expectNoTrace(inquired);
  });

  it('is awaited anew after it served, and asked a period later if that was a moment ago', async () => {
    const { wired, inquiry, found } = await prepared();
    for (const pauseMs of [1_000, 0]) {
      inquiry.await('loading');
      await wired.travel(110);
      inquiry.stop();
      inquiry.await('busy');
      await wired.travel(110);
      inquiry.stop();
      await wired.travel(pauseMs);
    }
    expect(found.map(([kind, , at]) => [kind, at])).toEqual([
      ['serves', 29],
      ['serves', 214],
      ['serves', 1_249],
      ['serves', 1_434],
    ]);
  });
});

describe('a server that says again that it does not serve', () => {
  it.each([
    [999, 100],
    [1_000, 25],
  ])('%d ms after it last said so, is asked after %d ms', async (afterMs, askedAfterMs) => {
    const { wired, inquiry, openedAt } = await prepared();
    inquiry.await('loading');
    inquiry.stop();
    await wired.travel(afterMs);
    inquiry.await('loading');
    await wired.travel(150);
    expect(openedAt()).toEqual([afterMs + askedAfterMs]);
  });
});

describe('a server that keeps the connection waiting itself', () => {
  it('is asked again at the pace of dialing', async () => {
    const { wired, inquiry, found } = await prepared();
    wired.server.holdWrites();
    wired.send('set', ['a', '1']);
    await wired.travel(5);
    inquiry.begin();
    await wired.travel(90);
    expect(found).toEqual([['away', 'stalled', 9]]);
    await wired.travel(30);
    expect(found).toHaveLength(2);
    inquiry.stop();
  });
});

describe('an inquiry that is stopped', () => {
  it('while it waits for its next question may await the server again', async () => {
    const { wired, inquiry, openedAt } = await prepared();
    inquiry.await('loading');
    inquiry.stop();
    inquiry.await('loading');
    await wired.travel(110);
    expect(openedAt()).toEqual([100]);
  });

  it('twice leaves the second connection to another inquiry', async () => {
    const { wired, inquiry, other, otherFound } = await prepared();
    inquiry.begin();
    other.begin();
    await wired.travel(20);
    inquiry.stop();
    inquiry.stop();
    await wired.travel(100);
    expect(otherFound).toEqual([['dead', undefined, 54]]);
  });

  it('twice leaves the connection on which the server said that it loads to another inquiry', async () => {
    const { wired, inquiry, other, otherFound, openedAt } = await prepared();
    wired.server.mood = 'loading';
    inquiry.begin();
    other.begin();
    await wired.travel(15);
    inquiry.stop();
    inquiry.stop();
    await wired.travel(100);
    expect(otherFound.length).toBeGreaterThan(2);
    expect(openedAt()).toEqual([0]);
    other.stop();
  });

  it('after the server serves again leaves the connection to another inquiry, which asks over it next', async () => {
    const { wired, inquiry, other, found, otherFound, openedAt } = await prepared();
    wired.server.mood = 'loading';
    inquiry.begin();
    await wired.travel(45);
    other.begin();
    await wired.travel(5);
    wired.server.mood = 'serves';
    await wired.travel(15);
    expect([found.at(-1)?.[0], otherFound.at(-1)?.[0]]).toEqual(['serves', 'away']);
    inquiry.stop();
    await wired.travel(60);
    expect(otherFound.at(-1)?.[0]).toBe('serves');
    expect(openedAt()).toEqual([0]);
  });

  it('after it has concluded leaves the second connection to another inquiry', async () => {
    const { wired, inquiry, other, found, otherFound } = await prepared();
    inquiry.begin();
    await wired.travel(30);
    wired.wire.aliveAt = wired.clock.now();
    await wired.travel(10);
    other.begin();
    await wired.travel(20);
    inquiry.stop();
    await wired.travel(100);
    expect([found, otherFound]).toEqual([[['serves', undefined, 54]], [['dead', undefined, 94]]]);
  });

  it.each([
    { phase: 'it asks', freeze: true, ms: 50 },
    { phase: 'it waits between two questions', freeze: true, ms: 450 },
    { phase: 'the first connection has its moment', freeze: false, ms: 30 },
  ])('while $phase leaves nothing, and says nothing more', async ({ freeze, ms }) => {
    const inquired = await prepared();
    if (freeze) inquired.wired.server.freeze();
    inquired.inquiry.begin();
    await inquired.wired.travel(ms);
    const told = inquired.found.length;
    inquired.inquiry.stop();
    inquired.wired.server.thaw();
    await expectNoTrace(inquired);
    await inquired.wired.travel(5_000);
    expect(inquired.found).toHaveLength(told);
  });

  it('while it keeps the connection on which the server said that it loads leaves nothing', async () => {
    const inquired = await prepared();
    inquired.wired.server.mood = 'loading';
    inquired.inquiry.begin();
    await inquired.wired.travel(15);
    expect(inquired.wired.network.links).toHaveLength(2);
    inquired.inquiry.stop();
    await expectNoTrace(inquired);
  });

  it('while it awaits the server leaves nothing', async () => {
    const inquired = await prepared();
    inquired.inquiry.await('loading');
    inquired.inquiry.stop();
    await expectNoTrace(inquired);
  });

  it('may begin again, and finds by the new silence', async () => {
    const { wired, inquiry, found } = await prepared();
    inquiry.begin();
    await wired.travel(20);
    inquiry.stop();
    wired.wire.aliveAt = 1_219;
    inquiry.begin();
    await wired.travel(100);
    expect(found).toEqual([['dead', undefined, 74]]);
  });

  it('between two questions asks at once when it begins again', async () => {
    const { wired, inquiry, openedAt } = await prepared();
    wired.server.mood = 'loading';
    inquiry.begin();
    await wired.travel(50);
    inquiry.stop();
    inquiry.begin();
    await wired.travel(10);
    expect(openedAt()).toHaveLength(2);
  });

  it('judges the next silence without what it knew of the last', async () => {
    const { wired, inquiry, found } = await prepared();
    inquiry.await('loading');
    inquiry.stop();
    inquiry.begin();
    await wired.travel(100);
    expect(found).toEqual([['dead', undefined, 54]]);
  });

  it.each([
    { mood: 'serves', replies: 4 },
    { mood: 'loading', replies: 3 },
  ] as const)(
    'while its answer arrives ($mood) leaves nothing, in whichever moment',
    async ({ mood, replies }) => {
      for (let ticks = 0; ticks < 40; ticks++) {
        const inquired = await prepared();
        const { wired, inquiry } = inquired;
        wired.server.mood = mood;
        inquiry.begin();
        await wired.travel(3);
        let arrived = 0;
        wired.network.links[1]?.near.on('data', () => {
          if (++arrived === replies) void afterMicrotasks(ticks, () => inquiry.stop());
        });
        await wired.travel(300);
        expect(arrived).toBe(replies);
        await expectNoTrace(inquired);
      }
    },
  );
});

async function afterMicrotasks(count: number, action: () => void): Promise<void> {
  for (let passed = 0; passed < count; passed++) await Promise.resolve();
  action();
}
