import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RoundTrip } from '../../../packages/core/src/socket/round-trip.ts';
import { Wire } from '../../../packages/core/src/socket/wire.ts';
import { flushesOf } from '../fakes/tracked-call.ts';
import { maxReplyBytes, WiredDriver } from '../fakes/wired-driver.ts';
import { commandOf } from '../fakes/fake-command.ts';

const value = 'v'.repeat(2_000);

describe('a wire that takes a socket', () => {
  it('counts all times from then on, and knows its number at the server', async () => {
    const { wire, driver } = await WiredDriver.ready();
    expect([wire.readAt, wire.writtenAt, wire.aliveAt]).toEqual([1_100, 1_100, 1_100]);
    expect(wire.identity).toEqual({ clientId: '1', runId: '10.0.0.1:6379/1' });
    expect(wire.socket).toBe(driver.socket);
    expect(wire.isBlocked).toBe(false);
  });

  it('has neither socket nor identity before, and is not blocked', () => {
    const { wire } = new WiredDriver();
    expect([wire.socket, wire.identity, wire.isBlocked]).toEqual([undefined, undefined, false]);
    expect([wire.readAt, wire.writtenAt, wire.aliveAt]).toEqual([0, 0, 0]);
  });

  it('hears nothing more of the socket before', async () => {
    const wired = await WiredDriver.ready();
    const [before] = wired.network.links;
    const next = await nextSocket(wired);
    wired.wire.adopt(next, undefined);
    expect(wired.wire.identity).toBeUndefined();
    before?.far.write('+PONG\r\n');
    await wired.travel(5);
    expect(wired.events).toEqual([]);
    expect(wired.wire.readAt).toBe(wired.clock.now() - 5);
  });

  it('knows the server by its run, or else by the socket', async () => {
    const wired = await WiredDriver.ready();
    const { wire } = wired;
    expect(wire.server).toBe('10.0.0.1:6379/1');
    wire.adopt(await nextSocket(wired), undefined);
    const first = wire.server;
    wire.adopt(await nextSocket(wired), undefined);
    expect([first, wire.server]).toEqual([
      expect.stringMatching(/^socket /),
      expect.stringMatching(/^socket /),
    ]);
    expect(wire.server).not.toBe(first);
  });

  it('counts replies from zero, and has asked for no release', async () => {
    const wired = await WiredDriver.ready();
    const { wire } = wired;
    expect(new WiredDriver().wire.replies).toBe(0);
    wired.send('get', ['a']);
    await wired.travel(5);
    const { releases } = wire;
    expect(wire.replies).toBe(1);
    wire.adopt(await nextSocket(wired), undefined);
    expect(wire.replies).toBe(0);
    expect(wire.releases).not.toBe(releases);
  });

  it('begins with a flush of its own', async () => {
    const wired = await WiredDriver.ready();
    const before = wired.wire.currentFlush();
    wired.wire.adopt(await nextSocket(wired), undefined);
    expect(wired.wire.currentFlush()).not.toBe(before);
  });
});

describe('the bytes of plain replies', () => {
  it.each([
    ['are spared the listeners of the driver, which settles them directly', false],
    ['reach every listener as long as somebody beside the driver listens', true],
  ])('%s', async (_what, isHeard) => {
    const wired = await WiredDriver.ready();
    wired.server.data.set('a', '1');
    let spared = 0;
    Object.assign(wired.driver, { answerPlain: () => ++spared > 0 });
    let heard = 0;
    if (isHeard) wired.driver.socket?.on('data', () => heard++);
    wired.send('get', ['a']);
    await wired.travel(5);
    expect([spared, heard]).toEqual(isHeard ? [0, 1] : [1, 0]);
  });
});

describe('a peer that breaks the protocol', () => {
  it('is told of once, and nothing more of it is delivered', async () => {
    const wired = await WiredDriver.ready();
    let heard = '';
    wired.driver.socket?.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    for (let time = 0; time < 2; time++) {
      wired.link.far.write('+nobody asked\r\n');
      await wired.travel(5);
      expect(wired.events.filter((event) => event === 'breached')).toHaveLength(1);
    }
    expect([wired.wire.breach, heard]).toEqual(['unasked', '']);
  });

  it('on a socket that another one has replaced is not told of', async () => {
    const wired = await WiredDriver.ready();
    const [before] = wired.network.links;
    wired.wire.adopt(await nextSocket(wired), undefined);
    before?.far.write('+nobody asked\r\n');
    await wired.travel(5);
    expect(wired.events).toEqual([]);
  });
});

describe('a flush', () => {
  it('is one for all that is sent in one turn, and has the time at which it leaves', async () => {
    const wired = await WiredDriver.ready();
    const { wire, clock, events } = wired;
    const [first, second] = [wired.send('get', ['a']), wired.send('get', ['b'])];
    expect(first.call.written).toBe(second.call.written);
    expect(first.call.written).toMatchObject({ at: 1_100, isWritten: false });
    clock.jump(7);
    await turn();
    expect(first.call.written).toMatchObject({ at: 1_107, isWritten: true });
    expect(wire.writtenAt).toBe(1_107);
    expect(events).toEqual(['written']);
    expect(wire.currentFlush()).not.toBe(first.call.written);
  });

  it('is not written by bytes that leave without a call', async () => {
    const { wire, driver, clock } = await WiredDriver.ready();
    void driver.ask('ping', []);
    clock.jump(3);
    await turn();
    expect(wire.writtenAt).toBe(1_103);
    expect(wire.currentFlush()).toMatchObject({ at: 1_103, isWritten: false });
  });

  it('waits behind a socket that takes no more, and the room is told of once in each direction', async () => {
    const wired = await WiredDriver.ready();
    const { wire, events } = wired;
    wired.server.freeze();
    const large = wired.send('set', ['a', 'x'.repeat(200_000)]);
    await turn();
    expect([wire.isBlocked, large.call.written?.isWritten]).toEqual([true, true]);
    const [one, two] = [wired.send('get', ['a']), wired.send('get', ['b'])];
    await wired.travel(10);
    expect(one.call.written).not.toBe(two.call.written);
    expect([one.call.written?.isWritten, two.call.written?.isWritten]).toEqual([false, false]);
    expect(events).toEqual(['written', 'room-changed']);
    wired.server.thaw();
    await wired.travel(10);
    expect(wire.isBlocked).toBe(false);
    expect([one.call.written?.isWritten, two.call.written?.isWritten]).toEqual([true, true]);
    expect(events.filter((event) => event === 'room-changed')).toHaveLength(2);
    expect(two.outcome()).toBeNull();
  });

  it('leaves only once after it waited: one that is begun later is not written with it', async () => {
    const wired = await WiredDriver.ready();
    wired.server.freeze();
    wired.send('set', ['a', 'x'.repeat(200_000)]);
    await turn();
    const waited = wired.send('get', ['a']).call.written;
    if (waited === undefined) throw new Error('It has no flush.');
    wired.server.thaw();
    await wired.travel(10);
    expect(waited.isWritten).toBe(true);
    waited.isWritten = false;
    wired.send('get', ['a']);
    await turn();
    expect(waited.isWritten).toBe(false);
  });

  it('is not written by the next socket when it waited behind one', async () => {
    const wired = await WiredDriver.ready();
    const { events } = wired;
    wired.server.freeze();
    wired.send('set', ['a', 'x'.repeat(200_000)]);
    await turn();
    const waited = wired.wire.currentFlush();
    const [before] = wired.network.links;
    wired.wire.adopt(await nextSocket(wired), undefined);
    expect(wired.wire.isBlocked).toBe(false);
    events.length = 0;
    wired.server.thaw();
    wired.wire.socket?.write('x');
    await wired.travel(10);
    expect(waited.isWritten).toBe(false);
    // The old socket has room again, but it is no longer in use, so no event follows.
    expect(before?.near.writableNeedDrain).toBe(false);
    expect(events).toEqual(['written']);
  });
});

describe('a wire that need not tell everything', () => {
  it.each([
    [false, ['alive']],
    [true, []],
  ])('tells a sign of life unless nobody awaits one (%s)', async (isCalm, events) => {
    const wired = await WiredDriver.ready();
    wired.wire.tellsAll = false;
    if (isCalm) wired.wire.isCalm = true;
    wired.send('get', ['a']);
    await wired.travel(5);
    expect(wired.events.filter((event) => event !== 'written')).toEqual(events);
  });

  it.each([
    [201, []],
    [201.5, ['written']],
  ])('tells a write only if the next look is further away than the limit (%d ms)', async (ms, events) => {
    const wired = await WiredDriver.ready();
    wired.wire.tellsAll = false;
    wired.wire.lookDueAt = wired.clock.now() + ms;
    wired.send('get', ['a']);
    await wired.travel(0);
    expect(wired.events).toEqual(events);
  });
});

it('the flush of a PING of its own is begun as one, and the flush of a call is not', async () => {
  const { driver, clock } = await WiredDriver.ready();
  const kinds: string[] = [];
  const flushes = flushesOf(clock);
  const begin: (typeof flushes)['begin'] = (...args) => {
    kinds.push(args[1]);
    return flushes.begin(...args);
  };
  const wire = new Wire(driver, clock, new RoundTrip(200, 2_000), { begin }, maxReplyBytes, {
    onNews: () => undefined,
  });
  const flushNext = (): void => {
    wire.adopt(driver.socket as Socket, undefined);
    wire.currentFlush();
  };
  flushNext();
  await wire.ping(() => Promise.resolve(flushNext()));
  flushNext();
  expect(kinds).toEqual(['calls', 'ping', 'calls']);
});

describe('bytes that are read', () => {
  it('are seen before the driver reads them, and measure the round trip', async () => {
    const wired = await WiredDriver.ready();
    const { wire, events } = wired;
    wired.link.latencyMs = 4;
    wired.send('get', ['a']);
    await wired.travel(20);
    expect(wire.roundTrip.meanMs).toBe(8);
    expect([wire.readAt, wire.aliveAt, wire.writtenAt]).toEqual([1_108, 1_108, 1_100]);
    expect(events).toEqual(['written', 'alive']);
  });

  it('are seen first also when the driver put itself before, and once', async () => {
    const wired = await WiredDriver.ready();
    const { wire, driver, events } = wired;
    const socket = await nextSocket(wired);
    wire.adopt(socket, undefined);
    driver.takeOver(driver.send, {
      connect: async () => socket,
      disconnect: () => undefined,
      check: () => true,
    });
    driver.takeOverRetries();
    driver.socket?.destroy();
    await wired.travel(20);
    expect(driver.status).toBe('ready');
    events.length = 0;
    wired.send('get', ['a']);
    await wired.travel(20);
    expect(wire.roundTrip.meanMs).toBe(2);
    expect(events).toEqual(['written', 'alive']);
  });

  it.each([
    { what: 'the answer to a call that blocked', blockingMs: 100 },
    { what: 'the answer to a call that blocked for ever', blockingMs: Infinity },
  ])('measure nothing when they are $what', async ({ blockingMs }) => {
    const wired = await WiredDriver.ready();
    wired.send('blpop', ['list', '0'], blockingMs);
    await wired.travel(50);
    wired.server.clients[0]?.release();
    await wired.travel(5);
    expect(wired.driver.unansweredCount()).toBe(0);
    expect(wired.wire.roundTrip.meanMs).toBe(0);
  });

  it('measure nothing when they answer a question of our own', async () => {
    const wired = await WiredDriver.ready();
    void wired.driver.ask('ping', []);
    await wired.travel(5);
    expect(wired.wire.readAt).toBe(1_102);
    expect(wired.wire.roundTrip.meanMs).toBe(0);
  });

  it('measure nothing for a call that was not given to the socket', async () => {
    const wired = await WiredDriver.ready();
    const sent = wired.send('get', ['a']);
    sent.call.written = undefined;
    await wired.travel(5);
    expect(sent.outcome()).toBeNull();
    expect(wired.wire.roundTrip.meanMs).toBe(0);
  });

  it('let later bytes belong to the next exchange', async () => {
    const wired = await WiredDriver.ready();
    wired.send('get', ['a']);
    await wired.travel(5);
    // The previous exchange was a single write, so the next single write is sent immediately.
    const writes = wired.link.near.writes;
    wired.driver.socket?.write('*1\r\n$4\r\nPING\r\n');
    expect(wired.link.near.writes).toBe(writes + 1);
  });

  it('are a sign of life once, and no more while an answer only trickles, until it is whole', async () => {
    const wired = await WiredDriver.ready();
    const { wire, events, server, client } = wired;
    server.data.set('a', value.slice(0, 300));
    client.trickle = { bytes: 100, everyMs: 10 };
    const sent = wired.send('get', ['a']);
    await wired.travel(5);
    expect(events).toEqual(['written', 'alive']);
    expect([wire.readAt, wire.aliveAt]).toEqual([1_102, 1_102]);
    await wired.travel(20);
    expect(events).toEqual(['written', 'alive', 'read', 'read']);
    expect([wire.readAt, wire.aliveAt]).toEqual([1_122, 1_102]);
    expect(wire.roundTrip.meanMs).toBe(2);
    await wired.travel(10);
    expect(sent.outcome()).toBe(value.slice(0, 300));
    expect(events).toEqual(['written', 'alive', 'read', 'read', 'read', 'alive']);
    expect([wire.readAt, wire.aliveAt]).toEqual([1_132, 1_132]);
    expect(wire.roundTrip.meanMs).toBe(2);
  });
});

describe('the oldest unanswered command', () => {
  it('was sent when it left', async () => {
    const wired = await WiredDriver.ready();
    const { wire, clock } = wired;
    expect(wire.oldestSentAt()).toBeUndefined();
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(5);
    clock.jump(5);
    wired.send('get', ['b']);
    await wired.travel(5);
    expect([wire.writtenAt, wire.oldestSentAt()]).toEqual([1_110, 1_100]);
  });

  it('was sent when bytes left last, where it is no call', async () => {
    const wired = await WiredDriver.ready();
    wired.server.freeze();
    void wired.driver.ask('ping', []);
    await wired.travel(5);
    wired.send('get', ['b']);
    await wired.travel(5);
    expect(wired.wire.oldestSentAt()).toBe(1_105);
  });

  it('does not become younger by what is written after it, where it is no call', async () => {
    const wired = await WiredDriver.ready();
    const { wire } = wired;
    wired.server.freeze();
    void wired.driver.ask('ping', []);
    await wired.travel(5);
    expect(wire.oldestSentAt()).toBe(1_100);
    wired.send('get', ['b']);
    await wired.travel(5);
    expect([wire.writtenAt, wire.oldestSentAt()]).toEqual([1_105, 1_100]);
  });

  it('blocks for as long as it asked for', async () => {
    const wired = await WiredDriver.ready();
    const { wire, driver } = wired;
    expect(wire.blockedUntil()).toBeUndefined();
    wired.server.freeze();
    wired.send('get', ['a']);
    expect(wire.blockedUntil()).toBeUndefined();
    wired.server.thaw();
    await wired.travel(5);
    const sent = wired.send('blpop', ['l', '1'], 1_000);
    await wired.travel(5);
    wired.send('get', ['b']);
    await wired.travel(5);
    expect(wire.blockedUntil()).toBe(2_105);
    sent.call.written = undefined;
    expect([wire.writtenAt, wire.blockedUntil()]).toEqual([1_110, 2_110]);
    expect(driver.oldestUnanswered()?.call?.name).toBe('blpop');
  });

  it('does not block where it is no call', async () => {
    const wired = await WiredDriver.ready();
    wired.server.freeze();
    wired.driver.send(commandOf('blpop', ['l', '1']));
    expect(wired.wire.blockedUntil()).toBeUndefined();
  });
});

/** Another connection to the same server. */
async function nextSocket(wired: WiredDriver): Promise<NonNullable<WiredDriver['driver']['socket']>> {
  const { signal } = new AbortController();
  const opening = wired.network.open(wired.server, { signal, keepAliveMs: 0 });
  await wired.travel(5);
  return opening;
}

/** Waits for the next turn of the event loop, in which gathered writes are sent. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
