import { describe, expect, it } from 'vitest';
import {
  StallWatch,
  type IdleTime,
  type StallFinding,
} from '../../../packages/core/src/stall/stall-watch.ts';
import { Alarm } from '../../../packages/core/src/event-loop/alarm.ts';
import { PingTurns } from '../../../packages/core/src/stall/ping-turns.ts';
import { RoundTrip } from '../../../packages/core/src/socket/round-trip.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Watched {
  readonly wired: WiredDriver;
  readonly watch: StallWatch;
  readonly found: (readonly [StallFinding, number])[];
  idleMs: number;
  random: number;
  onFinding: () => void;
}

/** A `StallWatch` that started at 1,100 ms. */
async function watched({ idleMs = 5_000, limitMs = 200 } = {}): Promise<Watched> {
  const wired = await WiredDriver.ready(new RoundTrip(limitMs, 2_000));
  const { clock, wire } = wired;
  const found: (readonly [StallFinding, number])[] = [];
  const idle: IdleTime = { idleMs: (stretch) => subject.idleMs * stretch };
  const watch: StallWatch = new StallWatch(wire, idle, clock, () => subject.random, {
    onNews: (finding) => {
      found.push([finding, clock.now()]);
      subject.onFinding();
    },
  });
  const subject: Watched = { wired, watch, found, idleMs, random: 0, onFinding: () => undefined };
  wired.onEvent = (event) => {
    if (event === 'written') watch.noteWrite(wire.writtenAt);
  };
  watch.start(new PingTurns());
  return subject;
}

describe('an idle connection', () => {
  it('is found idle when its time is over, and again until something is written', async () => {
    const { wired, found } = await watched();
    await wired.travel(5_200);
    expect(found).toEqual([
      ['idle', 6_000],
      ['idle', 6_200],
    ]);
  });

  it('is found idle a tenth later at most, by chance', async () => {
    const subject = await watched();
    subject.random = 1;
    await subject.wired.travel(6_000);
    expect(subject.found[0]).toEqual(['idle', 6_500]);
  });

  it.each(['read', 'written'] as const)('is not idle as long as bytes are %s', async (direction) => {
    const { wired, found } = await watched({ idleMs: 1_000 });
    await wired.travel(500);
    if (direction === 'read') wired.link.far.write('+OK\r\n');
    else wired.link.near.write('*1\r\n$4\r\nECHO\r\n');
    wired.server.freeze();
    await wired.travel(900);
    expect(found).toEqual([]);
    await wired.travel(400);
    expect(found[0]?.[0]).toBe('idle');
    expect(found[0]?.[1]).toBeGreaterThanOrEqual(2_600);
  });

  it('is found idle a twentieth earlier, when it is looked at then', async () => {
    const { wired, found } = await watched({ idleMs: 208 });
    await wired.travel(205);
    expect(found).toEqual([['idle', 1_300]]);
  });

  it('is given a time that may change', async () => {
    const subject = await watched();
    await subject.wired.travel(100);
    subject.idleMs = 400;
    await subject.wired.travel(400);
    expect(subject.found).toEqual([['idle', 1_500]]);
  });

  it('costs one timer, which keeps no process alive', async () => {
    const { wired, watch } = await watched();
    expect([wired.clock.pendingTimers, wired.clock.timersThatKeepAlive]).toEqual([1, 0]);
    await wired.travel(6_000);
    expect([wired.clock.pendingTimers, wired.clock.timersThatKeepAlive]).toEqual([1, 0]);
    watch.stop();
    expect(wired.clock.pendingTimers).toBe(0);
  });
});

describe('a silent connection', () => {
  it('is found silent at the limit, and again as long as it is', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(450);
    expect(found).toEqual([
      ['silent', 1_300],
      ['silent', 1_500],
    ]);
  });

  it('is found silent again at another look, up to a quarter of the limit early', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(250);
    for (const at of [1_440, 1_460]) new Alarm(wired.clock, { look: () => undefined }).set(at, false);
    await wired.travel(150);
    expect(found).toEqual([
      ['silent', 1_300],
      ['silent', 1_460],
    ]);
  });

  it('is found silent again without another turn of the event loop', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(250);
    let reads = 0;
    onNextImmediate(wired, () => reads++);
    await wired.travel(200);
    expect([found.length, reads]).toEqual([2, 0]);
  });

  it('is read again before it is found silent once more after a sign of life', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('get', ['a']);
    wired.send('get', ['b']);
    await wired.travel(250);
    wired.link.near.emit('data', Buffer.from('+OK\r\n'));
    onNextImmediate(wired, () => wired.link.near.emit('data', Buffer.from('+OK\r\n')));
    await wired.travel(300);
    expect(found).toEqual([['silent', 1_300]]);
  });

  it('is found at its limit when that is shorter than connections wait to look together', async () => {
    const { wired, found } = await watched({ limitMs: 20 });
    await wired.travel(100);
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(25);
    expect(found).toEqual([['silent', 1_220]]);
  });

  it('is silent from its oldest call on, not from the last look', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    await wired.travel(150);
    wired.send('get', ['a']);
    await wired.travel(100);
    wired.send('get', ['b']);
    await wired.travel(150);
    expect(found).toEqual([['silent', 1_450]]);
  });

  it('is silent from its last sign of life on', async () => {
    const { wired, found } = await watched();
    wired.client.trickle = { bytes: '$-1\r\n'.length, everyMs: 60 };
    for (const key of ['a', 'b', 'c']) wired.send('get', [key]);
    await wired.travel(70);
    wired.link.isCut = true;
    expect([wired.wire.aliveAt, wired.driver.unansweredCount()]).toEqual([1_162, 1]);
    await wired.travel(200);
    expect(found).toEqual([['silent', 1_362]]);
  });

  it('is not silent while an answer makes progress', async () => {
    const { wired, found } = await watched();
    wired.server.data.set('a', 'v'.repeat(3_000));
    wired.client.trickle = { bytes: 600, everyMs: 150 };
    wired.send('get', ['a']);
    await wired.travel(600);
    expect([found, wired.driver.unansweredCount()]).toEqual([[], 1]);
  });

  it('is silent while an answer only trickles', async () => {
    const { wired, found } = await watched();
    wired.server.data.set('a', 'v'.repeat(1_000));
    wired.client.trickle = { bytes: 10, everyMs: 50 };
    wired.send('get', ['a']);
    await wired.travel(210);
    expect(found).toEqual([['silent', 1_302]]);
    expect([wired.wire.readAt, wired.driver.unansweredCount()]).toEqual([1_302, 1]);
  });

  it('is looked at no sooner than a millisecond from now', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    await wired.travel(0.5);
    wired.send('get', ['a']);
    await wired.travel(205);
    expect(found).toEqual([['silent', 1_301]]);
  });

  it('is found by its own limit, which its round trips widen', async () => {
    const { wired, found } = await watched();
    wired.link.latencyMs = 20;
    wired.send('get', ['a']);
    await wired.travel(50);
    const limitMs = wired.wire.roundTrip.limitMs();
    expect(limitMs).toBe(480);
    wired.server.freeze();
    wired.send('get', ['b']);
    await wired.travel(600);
    expect(found).toEqual([['silent', 1_150 + limitMs]]);
  });

  it('is looked at in time when it sends a call while the next look is far away', async () => {
    const { wired, found } = await watched();
    await wired.travel(900);
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(300);
    expect(found).toEqual([['silent', 2_200]]);
  });

  it('is not looked at later for each write', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('get', ['a']);
    for (let writes = 0; writes < 20; writes++) {
      await wired.travel(10);
      wired.send('get', ['b']);
    }
    expect(found).toEqual([['silent', 1_300]]);
  });

  it('has its look left alone that is due a millisecond after the limit', async () => {
    const { wired, watch } = await watched({ idleMs: 401 });
    await wired.travel(200);
    expect(wired.clock.nextTimerAt).toBe(1_501);
    watch.noteWrite(1_300);
    expect(wired.clock.nextTimerAt).toBe(1_501);
    watch.noteWrite(1_299);
    // A check may run up to 25 ms early, so that it shares its timer with the checks of other connections.
    expect(wired.clock.nextTimerAt).toBe(1_474);
  });
});

describe('a call that asks the server to block', () => {
  it('is met with silence only from the end of that time on', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('blpop', ['l', '1'], 1_000);
    await wired.travel(1_250);
    expect(found).toEqual([['silent', 2_300]]);
  });

  it('is found blocked when it waits for ever and nothing was heard for the idle time, again and again', async () => {
    const { wired, found } = await watched({ idleMs: 1_000 });
    wired.send('blpop', ['l', '0'], Infinity);
    await wired.travel(2_300);
    expect(found).toEqual([
      ['blocked', 2_300],
      ['blocked', 3_300],
    ]);
  });

  it('is found blocked at the idle time and not before when it waits for ever', async () => {
    const { wired, found } = await watched({ idleMs: 200 });
    wired.send('blpop', ['l', '0'], Infinity);
    await wired.travel(200);
    expect(found).toEqual([['blocked', 1_300]]);
  });

  it('is not found blocked while bytes arrive, or when it was just sent', async () => {
    const { wired, found } = await watched({ idleMs: 1_000 });
    wired.send('get', ['a']);
    await wired.travel(700);
    wired.send('blpop', ['l', '0'], Infinity);
    await wired.travel(700);
    expect(found).toEqual([]);
    wired.link.far.write('\r\n');
    await wired.travel(900);
    expect(found).toEqual([]);
    await wired.travel(1_000);
    expect(found).toHaveLength(1);
  });
});

describe('an answer that lies in the socket already', () => {
  it('is read before silence is told of', async () => {
    const { wired, found } = await watched();
    onNextImmediate(wired, () => wired.link.near.emit('data', Buffer.from('+OK\r\n')));
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(250);
    expect(found).toEqual([]);
  });

  it('counts for the oldest call alone: the next one is as old as it is', async () => {
    const { wired, found } = await watched();
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(50);
    wired.send('get', ['b']);
    await wired.travel(100);
    // The process stalls, so the reply is read late; the time at which it arrived is not known.
    onNextImmediate(wired, () => {
      wired.link.near.emit('data', Buffer.from('+OK\r\n'));
      wired.wire.aliveAt = 1_100;
    });
    await wired.travel(60);
    expect(found).toEqual([]);
  });

  it('counts as soon as it begins', async () => {
    const { wired, found } = await watched();
    onNextImmediate(wired, () => wired.link.near.emit('data', Buffer.from('$1')));
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(250);
    expect([found, wired.wire.aliveAt, wired.driver.unansweredCount()]).toEqual([[], 1_300, 1]);
  });

  it('is told to nobody when the connection is not watched any more', async () => {
    const { wired, watch, found } = await watched();
    onNextImmediate(wired, () => watch.stop());
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(500);
    expect(found).toEqual([]);
    expect(wired.clock.pendingTimers).toBe(0);
  });
});

describe('one of many connections to an endpoint', () => {
  async function oneOf(count: number): Promise<Watched & { readonly turns: PingTurns }> {
    const subject = await watched();
    const turns = new PingTurns();
    for (let other = 1; other < count; other++) turns.join({ doubt: () => undefined });
    subject.watch.stop();
    subject.random = 0.5;
    subject.watch.start(turns);
    subject.random = 0;
    return Object.assign(subject, { turns });
  }

  it('waits for its turn with PING', async () => {
    const { wired, found } = await oneOf(1_000);
    await wired.travel(46_000);
    expect(found).toEqual([]);
    await wired.travel(4_000);
    expect(found[0]).toEqual(['idle', 50_000]);
  });

  it('does not wait when another has fallen silent', async () => {
    const { wired, found, turns } = await oneOf(1_000);
    await wired.travel(3_000);
    turns.doubt({ doubt: () => undefined }, wired.clock.now());
    await wired.travel(1);
    expect(found).toEqual([['idle', 4_100]]);
  });

  it('looks at some moment of the time in which all do, and keeps no process alive for it', async () => {
    const subject = await oneOf(1_000);
    const { wired, watch, found } = subject;
    await wired.travel(3_000);
    subject.random = 0.5;
    watch.doubt(400);
    expect(wired.clock.timersThatKeepAlive).toBe(0);
    await wired.travel(400);
    expect(found).toEqual([['idle', 4_300]]);
  });

  it('that is begun again does not look for what it was told before', async () => {
    const subject = await oneOf(1_000);
    const { wired, watch, found, turns } = subject;
    watch.doubt(400);
    watch.stop();
    subject.random = 0.5;
    watch.start(turns);
    await wired.travel(2_000);
    expect(found).toEqual([]);
  });

  it('draws its next turn when it has sent PING', async () => {
    const { wired, found } = await oneOf(1_000);
    await wired.travel(50_000);
    expect(found[0]).toEqual(['idle', 50_000]);
    found.length = 0;
    wired.send('get', ['a']);
    await wired.travel(5_500);
    expect(found[0]?.[1]).toBeLessThanOrEqual(56_600);
  });

  it('need not look when it was in use until a moment ago', async () => {
    const { wired, found, turns } = await oneOf(1_000);
    await wired.travel(3_000);
    wired.link.far.write('+OK\r\n');
    await wired.travel(50);
    turns.doubt({ doubt: () => undefined }, wired.clock.now());
    await wired.travel(500);
    expect(found).toEqual([]);
  });

  it('leaves no timer when it goes before it has looked', async () => {
    const { wired, watch, found } = await oneOf(1_000);
    await wired.travel(3_000);
    watch.doubt(500);
    watch.stop();
    expect(wired.clock.pendingTimers).toBe(0);
    await wired.travel(60_000);
    expect(found).toEqual([]);
  });

  it('is left alone once it has gone', async () => {
    const { wired, watch, found, turns } = await oneOf(1_000);
    watch.stop();
    turns.doubt({ doubt: () => undefined }, wired.clock.now());
    watch.doubt(500);
    expect([wired.clock.pendingTimers, turns.stretch(1) > 1]).toEqual([0, true]);
    await wired.travel(60_000);
    expect(found).toEqual([]);
  });
});

it('a connection that has answered its PING is not looked at again until the next is due', async () => {
  const subject = await watched();
  const { wired, watch, found } = subject;
  subject.onFinding = () => void wired.send('ping', []);
  await wired.travel(5_000);
  expect(found).toHaveLength(1);
  wired.link.far.write('+PONG\r\n');
  let looks = 0;
  const { look } = watch;
  watch.look = () => {
    looks++;
    look.call(watch);
  };
  await wired.travel(4_000);
  expect([looks, found.length]).toEqual([1, 1]);
});

it('a watch that is stopped by what it found leaves no timer, and none keeps the process alive', async () => {
  const subject = await watched();
  const { wired, watch, found } = subject;
  subject.onFinding = () => watch.stop();
  wired.send('blpop', ['list', '0'], Infinity);
  await wired.travel(300);
  expect(wired.clock.timersThatKeepAlive).toBe(0);
  await wired.travel(10_000);
  expect([found.map(([what]) => what), wired.clock.pendingTimers]).toEqual([['blocked'], 0]);
});

describe('connections in use', () => {
  it('are not looked at while every call is answered in time', async () => {
    const { wired, watch, found } = await watched();
    await wired.travel(250);
    let looks = 0;
    const { look } = watch;
    watch.look = () => {
      looks++;
      look.call(watch);
    };
    for (let turn = 0; turn < 60; turn++) {
      wired.send('get', ['a']);
      await wired.travel(50);
    }
    expect([looks, found]).toEqual([0, []]);
  });

  it('share their looks: two wake the process no more often than one', async () => {
    const [one, other] = [await watched(), await watched()];
    for (const { wired } of [one, other]) {
      for (let turn = 0; turn < 20; turn++) {
        wired.send('get', ['a']);
        await wired.travel(50);
      }
      expect(wired.clock.pendingTimers).toBe(1);
    }
    expect([one.found, other.found]).toEqual([[], []]);
  });

  it('are found silent no later for it', async () => {
    const { wired, found } = await watched();
    for (let turn = 0; turn < 7; turn++) {
      wired.send('get', ['a']);
      await wired.travel(90);
    }
    wired.server.freeze();
    wired.send('get', ['b']);
    const sentAt = wired.clock.now();
    await wired.travel(201);
    expect(found).toEqual([['silent', sentAt + 200]]);
  });
});

describe('a wire that is watched', () => {
  it('knows when it is looked at next', async () => {
    const { wired, watch } = await watched();
    const { wire, clock } = wired;
    expect([wire.lookDueAt, clock.nextTimerAt]).toEqual([1_300, 1_300]);
    await wired.travel(200);
    expect([wire.lookDueAt, clock.nextTimerAt]).toEqual([6_000, 6_000]);
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(0);
    expect(wire.lookDueAt).toBe(1_500);
    watch.stop();
    expect(wire.lookDueAt).toBe(Infinity);
  });

  it('is looked at up to 25 ms before its limit is over, as all connections in use are', async () => {
    const { wired, watch } = await watched({ limitMs: 215 });
    expect(wired.wire.lookDueAt).toBe(1_300);
    const short = await watched({ limitMs: 25 });
    short.wired.clock.jump(10);
    short.watch.start(new PingTurns());
    expect(short.wired.wire.lookDueAt).toBe(1_125);
    watch.stop();
    short.watch.stop();
  });

  it.each([
    ['is in use', 1_250, 1_750],
    ['is in use, and the idle time ends right after the look that is due then', 1_200, 1_700],
    ['has been silent for the limit', 1_100, 1_600],
  ])('is looked at again in time when it %s', async (_what, readAt, lookDueAt) => {
    const { wired } = await watched({ idleMs: 500 });
    wired.wire.readAt = readAt;
    await wired.travel(200);
    expect(wired.wire.lookDueAt).toBe(lookDueAt);
  });

  it('is looked at again after its limit while a reply is awaited', async () => {
    const { wired, found } = await watched();
    await wired.travel(300);
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(210);
    expect([found, wired.wire.lookDueAt]).toEqual([[['silent', 1_600]], 1_800]);
  });

  it('is in use again when it carries calls after a PING', async () => {
    const { wired, watch, found } = await watched();
    await wired.travel(5_000);
    wired.wire.readAt = 6_100;
    await wired.travel(250);
    expect([found, wired.wire.lookDueAt > 10_000]).toEqual([[['idle', 6_000]], true]);
    wired.server.freeze();
    watch.noteWrite(6_350);
    expect(wired.wire.lookDueAt).toBe(6_550);
  });

  it.each([
    ['up to 100 ms before its limit is over', { limitMs: 250 }, 6_000, 6_200],
    ['up to 100 ms before its limit is over', { limitMs: 200, idleMs: 980 }, 2_058, 2_200],
    ['up to 25 ms before its limit is over if that is short', { limitMs: 199 }, 6_000, 6_175],
  ])('is looked at %s when it was sent a PING', async (_when, times, pingedAt, lookDueAt) => {
    const { wired, found } = await watched(times);
    await wired.travel(pingedAt - 1_100);
    expect([found, wired.wire.lookDueAt]).toEqual([[['idle', pingedAt]], lookDueAt]);
  });

  it('is looked at once at a time, also when its watch was begun twice', async () => {
    const subject = await watched();
    const { wired, watch, found } = subject;
    watch.start(new PingTurns());
    await wired.travel(5_000);
    expect(found).toEqual([['idle', 6_000]]);
  });
});

describe('a watch that was never started', () => {
  it('arms itself for no write', async () => {
    const { wired, watch } = await watched();
    watch.stop();
    const other = new StallWatch(wired.wire, { idleMs: () => 0 }, wired.clock, Math.random, {
      onNews: () => undefined,
    });
    other.noteWrite(1_100);
    expect(wired.clock.pendingTimers).toBe(0);
  });
});

describe('a watch that is stopped', () => {
  it('looks no more, also when a finding stopped it, and arms itself for no write', async () => {
    const subject = await watched({ idleMs: 400 });
    const { wired, watch, found } = subject;
    subject.onFinding = () => watch.stop();
    await wired.travel(1_000);
    expect(found).toEqual([['idle', 1_500]]);
    watch.noteWrite(wired.clock.now());
    expect(wired.clock.pendingTimers).toBe(0);
  });

  it('leaves no timer for a reply that it awaits no more', async () => {
    const { wired, watch } = await watched();
    await wired.travel(300);
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(1);
    watch.stop();
    expect(wired.clock.pendingTimers).toBe(0);
  });

  it('begins again when it is started', async () => {
    const { wired, watch, found } = await watched({ idleMs: 400 });
    watch.stop();
    await wired.travel(1_000);
    expect(found).toEqual([]);
    watch.start(new PingTurns());
    watch.start(new PingTurns());
    expect([wired.clock.pendingTimers, wired.clock.nextTimerAt]).toEqual([1, 2_300]);
  });
});

/** Runs `action` just before the next `setImmediate` callback, which runs after the sockets are read. */
function onNextImmediate({ clock }: WiredDriver, action: () => void): void {
  const setImmediate = clock.setImmediate.bind(clock);
  clock.setImmediate = (callback) => {
    clock.setImmediate = setImmediate;
    setImmediate(() => {
      action();
      callback();
    });
  };
}
