import { describe, expect, it } from 'vitest';
import { establish, type VerifiedSocket } from '../../../packages/core/src/handshake/establish.ts';
import { PingTurns } from '../../../packages/core/src/stall/ping-turns.ts';
import { ConnectionStage } from '../fakes/connection-stage.ts';

describe('a dead socket, while the server serves', () => {
  it('is replaced: the second connection becomes the first, and no other is made', async () => {
    const stage = await ConnectionStage.ready();
    stage.network.cutStanding();
    const lost = stage.send('get', ['a']);
    await stage.travel(300);
    // The call is overdue at 1,220 ms. A second connection gets replies 4 ms later, and core waits 52 ms for the first:
    // 50 ms and four deviations of the round trip.
    expect(stage.news.filter(({ kind }) => !kind.startsWith('bytes-'))).toMatchObject([
      { kind: 'silent', at: 1_220 },
      { kind: 'away', at: 1_276, since: 1_276, isFirst: false },
      { kind: 'changed', at: 1_276 },
      { kind: 'verified' },
      { kind: 'cleared' },
      { kind: 'serving' },
      { kind: 'changed' },
    ]);
    expect(stage.toldAfter('serving', 1_000)).toBeLessThan(290);
    expect(stage.network.openedAt).toEqual([1_220]);
    expect(stage.connection.wire.identity?.clientId).toBe('2');
    expect(lost.outcome()).toMatchObject({ message: 'Connection is closed.' });
    const next = stage.send('get', ['a']);
    await stage.travel(5);
    expect(next.outcome()).toBeNull();
    expect(stage.left.sockets).toBe(1);
  });

  it('has the cause stalled until it is replaced, and is suspected without one', async () => {
    const stage = await ConnectionStage.ready();
    stage.network.cutStanding();
    stage.send('get', ['a']);
    await stage.travel(230);
    expect([stage.connection.state, stage.connection.cause, stage.connection.isSilent]).toEqual([
      'ready',
      undefined,
      true,
    ]);
    await stage.travel(27);
    expect([stage.connection.state, stage.connection.cause, stage.connection.isSilent]).toEqual([
      'reconnecting',
      'stalled',
      false,
    ]);
  });

  it('is found in time after it was idle for long', async () => {
    const stage = await ConnectionStage.ready();
    await stage.travel(3_000);
    stage.network.cutStanding();
    stage.send('get', ['a']);
    await stage.travel(250);
    expect(stage.toldAfter('silent', 4_020)).toBe(200);
  });

  it('is found although a question of our own was the first that it left unanswered, and calls go on', async () => {
    const stage = await ConnectionStage.ready();
    stage.network.cutStanding();
    void stage.driver.ask('info', []).catch(() => undefined);
    for (let turn = 0; turn < 10; turn++) {
      stage.send('get', ['a']);
      await stage.travel(50);
    }
    expect(stage.toldAfter('serving', 1_020)).toBeLessThan(500);
  });

  it('that is not dead is suspected no longer once it answers', async () => {
    const stage = await ConnectionStage.ready();
    stage.link.latencyMs = 115;
    const sent = stage.send('get', ['a']);
    await stage.travel(205);
    expect(stage.left.sockets).toBe(2);
    await stage.travel(50);
    expect([sent.outcome(), stage.told, stage.connection.isSilent]).toEqual([
      null,
      ['silent', 'cleared'],
      false,
    ]);
    expect(stage.left).toEqual({ timers: 1, sockets: 1 });
  });

  it('is dropped where its driver does not come back by itself, and the second one with it', async () => {
    const stage = await ConnectionStage.ready({ onDead: 'drop' });
    stage.network.cutStanding();
    stage.send('get', ['a']);
    await stage.travel(300);
    expect([stage.connection.state, stage.told]).toEqual([
      'ended',
      ['silent', 'away', 'changed', 'cleared', 'ended', 'changed'],
    ]);
    expect(stage.left).toEqual({ timers: 0, sockets: 0 });
  });

  it('has the many other connections to its server look, too', async () => {
    const stage = await ConnectionStage.ready();
    const turns = PingTurns.of(stage.dialer);
    const looks: number[] = [];
    for (let other = 0; other < 400; other++) turns.join({ doubt: (withinMs) => looks.push(withinMs) });
    stage.network.cutStanding();
    stage.send('get', ['a']);
    await stage.travel(300);
    expect([looks.length, new Set(looks)]).toEqual([400, new Set([500])]);
  });

  it('that is one of many waits longer before it sends PING', async () => {
    const stage = await ConnectionStage.ready({ random: () => 0.5 });
    const turns = PingTurns.of(stage.dialer);
    for (let other = 0; other < 999; other++) turns.join({ doubt: () => undefined });
    stage.server.ran.length = 0;
    await stage.travel(40_000);
    expect(stage.server.ran).toEqual([]);
    await stage.travel(15_000);
    expect(stage.server.ran).toContain('ping');
  });

  it('on which a call blocks is doubtful when the server answers no other one either', async () => {
    const stage = await ConnectionStage.ready({ random: () => 0 });
    stage.send('blpop', ['list', '0'], Infinity);
    await stage.travel(5);
    stage.server.freeze();
    await stage.travel(10_000);
    expect(stage.told.filter((kind) => kind === 'doubtful').length).toBeGreaterThan(0);
    expect(stage.connection.state).toBe('ready');
  });

  it('that carries no call is found by a PING after the idle time', async () => {
    const stage = await ConnectionStage.ready({ random: () => 0 });
    stage.network.cutStanding();
    await stage.travel(5_100);
    expect(stage.toldAfter('silent', 1_000)).toBeUndefined();
    await stage.travel(300);
    expect(stage.told).toContain('serving');
    expect(stage.connection.wire.identity?.clientId).toBe('2');
  });

  it('of a subscriber is found within seconds', async () => {
    const stage = await ConnectionStage.ready({ random: () => 0 });
    stage.send('subscribe', ['news']);
    await stage.travel(5);
    stage.network.cutStanding();
    await stage.travel(1_500);
    expect(stage.told).toContain('gap');
    expect(stage.server.publish('news', 'hello')).toBe(2);
    await stage.travel(5);
    expect(stage.driver.messages).toEqual(['news: hello']);
  });

  it('on which an answer only trickles is replaced, too', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.data.set('a', 'v'.repeat(5_000));
    stage.client.trickle = { bytes: 10, everyMs: 50 };
    stage.send('get', ['a']);
    await stage.travel(430);
    expect(stage.told.slice(0, 3)).toEqual(['silent', 'away', 'changed']);
    expect(stage.connection.wire.identity?.clientId).toBe('2');
  });
});

describe('a server that is away', () => {
  it('keeps its connection, is asked again and again, and is back as soon as it answers', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    const sent = stage.send('get', ['a']);
    expect(stage.connection.isServerSilent).toBe(false);
    await stage.travel(5_000);
    expect([stage.connection.state, stage.connection.cause, stage.connection.isSilent]).toEqual([
      'stalled',
      'stalled',
      true,
    ]);
    expect(stage.connection.isServerSilent).toBe(true);
    expect(stage.told).toEqual(['silent', 'away', 'changed']);
    expect(stage.toldAfter('away', 1_020)).toBe(400);
    expect(stage.network.openedAt.length).toBeGreaterThan(3);
    // The connection itself and two checks: the next one begins while the previous one is still waiting.
    expect(stage.left.sockets).toBeLessThanOrEqual(3);
    const thawedAt = stage.clock.now();
    stage.server.thaw();
    await stage.travel(100);
    expect(sent.outcome()).toBeNull();
    expect(stage.toldAfter('serving', thawedAt)).toBe(1);
    expect(stage.told.slice(3)).toEqual(['cleared', 'serving', 'changed']);
    expect([stage.connection.state, stage.connection.wire.identity?.clientId]).toEqual(['ready', '1']);
    expect(stage.left.sockets).toBe(1);
  });

  it('that says it loads keeps its connection, and is asked until it serves', async () => {
    const stage = await ConnectionStage.ready();
    stage.connection.serverAway('loading');
    stage.server.mood = 'loading';
    expect([stage.connection.state, stage.connection.cause]).toEqual(['stalled', 'loading']);
    stage.connection.serverAway('busy');
    expect(stage.connection.cause).toBe('loading');
    await stage.travel(500);
    expect(stage.told).toEqual(['away', 'changed']);
    stage.server.mood = 'busy';
    await stage.travel(110);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['stalled', 'busy']);
    stage.server.mood = 'serves';
    await stage.travel(120);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['ready', undefined]);
    expect(stage.told).toEqual(['away', 'changed', 'changed', 'cleared', 'serving', 'changed']);
    expect(stage.left.sockets).toBe(1);
  });

  it('that says it loads is not back by what it still answers', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.mood = 'loading';
    stage.connection.serverAway('loading');
    stage.send('get', ['a']);
    await stage.travel(50);
    expect(stage.connection.state).toBe('stalled');
  });

  it('that loads, is silent for a while and serves again is back', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.mood = 'loading';
    stage.send('get', ['a']);
    await stage.travel(5);
    stage.connection.serverAway('loading');
    stage.server.freeze();
    await stage.travel(350);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['stalled', 'stalled']);
    stage.server.mood = 'serves';
    stage.server.thaw();
    await stage.travel(400);
    expect(stage.connection.state).toBe('ready');
    expect(stage.left.sockets).toBe(1);
  });

  it('that is lost for good while it is silent is dialed', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    stage.network.stopListening(stage.server.address);
    stage.send('get', ['a']);
    await stage.travel(250);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['reconnecting', 'connection-refused']);
    expect(stage.told.slice(0, 4)).toEqual(['silent', 'cleared', 'away', 'changed']);
  });

  it('is one outage from its first silence on, also when its connection breaks', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    stage.send('get', ['a']);
    await stage.travel(1_000);
    stage.server.stop();
    await stage.travel(5);
    expect(stage.news.filter(({ kind }) => kind === 'away')).toMatchObject([
      { at: 1_420, since: 1_420 },
      { at: 2_021, since: 1_420 },
      { since: 1_420 },
    ]);
  });

  it('that holds back writes by itself keeps the connection on which one waits', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.holdWrites();
    const write = stage.send('set', ['a', '1']);
    await stage.travel(3_000);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['stalled', 'stalled']);
    expect(stage.network.openedAt.length).toBeGreaterThan(10);
    stage.server.releaseWrites();
    await stage.travel(5);
    expect([write.outcome(), stage.connection.state]).toEqual(['OK', 'ready']);
    expect(stage.connection.wire.identity?.clientId).toBe('1');
  });
});

describe('after a thaw both connections are answered, and the first one is kept', () => {
  it.each([
    { order: ['first', 'second'], apartMs: 0 },
    { order: ['first', 'second'], apartMs: 30 },
    { order: ['second', 'first'], apartMs: 0 },
    { order: ['second', 'first'], apartMs: 30 },
  ])('$order, $apartMs ms apart', async ({ order, apartMs }) => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    const sent = stage.send('get', ['a']);
    await stage.travel(1_000);
    const [first, second] = stage.server.clients;
    for (const client of order[0] === 'first' ? [first, second] : [second, first]) {
      client?.thaw();
      await stage.travel(apartMs);
    }
    stage.server.thaw();
    await stage.travel(300);
    expect(sent.outcome()).toBeNull();
    expect([stage.connection.state, stage.connection.wire.identity?.clientId]).toEqual(['ready', '1']);
    expect(stage.left.sockets).toBe(1);
    expect(stage.told.slice(3)).toEqual(['cleared', 'serving', 'changed']);
  });

  it('unless it stays silent for the moment it is given', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    stage.send('get', ['a']);
    await stage.travel(1_000);
    stage.server.clients.at(-1)?.thaw();
    await stage.travel(100);
    expect(stage.connection.wire.identity?.clientId).not.toBe('1');
  });
});

describe('a call that blocks for ever', () => {
  it('on a dead socket is found by asking the server, and the connection is replaced', async () => {
    const stage = await ConnectionStage.ready();
    const sent = stage.send('blpop', ['l', '0'], Infinity);
    await stage.travel(10);
    stage.network.cutStanding();
    await stage.travel(5_000);
    expect(stage.told).toEqual([]);
    await stage.travel(600);
    expect([stage.connection.state, stage.connection.wire.identity?.clientId]).toEqual(['ready', '2']);
    expect([sent.call.released, sent.outcome()]).toMatchObject([true, { message: 'Connection is closed.' }]);
    expect(stage.left.sockets).toBe(1);
  });

  it('on a living socket is released, and the connection stays', async () => {
    const stage = await ConnectionStage.ready();
    const sent = stage.send('blpop', ['l', '0'], Infinity);
    await stage.travel(6_000);
    expect([sent.call.releases?.take(), sent.outcome()]).toEqual([true, null]);
    expect([stage.told, stage.connection.wire.identity?.clientId]).toEqual([[], '1']);
    expect(stage.left.sockets).toBe(1);
  });
});

describe('a call that blocks and for which nobody waits any more', () => {
  async function abandoned(isHeld: boolean): Promise<ConnectionStage> {
    const stage = await ConnectionStage.ready();
    const { call } = stage.send('blpop', ['list', '0'], Infinity);
    await stage.travel(10);
    if (isHeld) stage.client.release = () => true;
    (call as { settled: boolean }).settled = true;
    stage.connection.wire.releases.abandoned(call, stage.clock.now());
    await stage.travel(150);
    return stage;
  }

  it('is released on the server, and the connection stays', async () => {
    const stage = await abandoned(false);
    expect([stage.driver.unansweredCount(), stage.client.flags]).toEqual([0, 'N']);
    await stage.travel(1_000);
    expect([stage.told, stage.connection.wire.identity?.clientId]).toEqual([[], '1']);
    expect(stage.left.sockets).toBe(1);
  });

  it('costs its connection if the server cannot release it', async () => {
    const stage = await abandoned(true);
    expect([stage.connection.state, stage.driver.unansweredCount()]).toEqual(['ready', 1]);
    await stage.travel(57);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['reconnecting', 'stalled']);
    // The check on a second connection takes 4 ms. Core then waits another 200 ms for the reply to the abandoned call.
    expect(stage.toldAfter('away', 1_030)).toBe(204);
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
    expect(stage.connection.wire.identity?.clientId).not.toBe('1');
    expect(stage.left.sockets).toBe(1);
  });
});

describe('an idle connection', () => {
  it('is asked PING after its idle time, later by chance, and again and again', async () => {
    for (const [random, firstMs] of [
      [0, 5_000 - 250],
      [1, 5_480 - 250],
    ] as const) {
      const stage = await ConnectionStage.ready({ random: () => random });
      const before = stage.server.ran.length;
      // The last bytes arrived 6 ms after the connection was dialed. Checks of several connections are
      // combined, so a PING may be sent up to 250 ms early.
      await stage.travel(firstMs - 20);
      expect(stage.server.ran.slice(before)).toEqual([]);
      await stage.travel(250 + 30);
      expect(stage.server.ran.slice(before)).toEqual(['ping']);
      await stage.travel(5_600);
      expect(stage.server.ran.slice(before)).toEqual(['ping', 'ping']);
    }
  });

  it('has the idle time of its settings, also where it listens', async () => {
    const stage = await ConnectionStage.ready({ connection: { idlePingMs: 400 }, random: () => 0 });
    stage.send('subscribe', ['news']);
    await stage.travel(5);
    const before = stage.server.ran.length;
    await stage.travel(1_000);
    expect(stage.server.ran.slice(before).length).toBeGreaterThanOrEqual(2);
  });

  it('that listens is asked once a second', async () => {
    const stage = await ConnectionStage.ready({ random: () => 0 });
    stage.send('subscribe', ['news']);
    await stage.travel(5);
    const before = stage.server.ran.length;
    await stage.travel(3_900);
    expect(stage.server.ran.slice(before)).toEqual(['ping', 'ping', 'ping']);
    expect(stage.news.filter(({ kind }) => kind === 'bytes-written').map(({ at }) => at)).toEqual([
      1_020, 2_000, 3_000, 4_000,
    ]);
  });
});

describe('a second connection that takes the place of the first', () => {
  it('is used without dialing, also where the server is stalled', async () => {
    for (const isStalled of [false, true]) {
      const stage = await ConnectionStage.ready();
      if (isStalled) stage.connection.serverAway('loading');
      const second = await verified(stage);
      stage.connection.replaceWith(second);
      await stage.travel(20);
      expect([stage.connection.state, stage.connection.wire.socket === second.socket]).toEqual([
        'ready',
        true,
      ]);
      expect(stage.left.sockets).toBe(1);
    }
  });

  it('ends what was asked about the first one', async () => {
    const stage = await ConnectionStage.ready();
    const second = await verified(stage);
    stage.network.setReachable(stage.server.address, false);
    stage.client.freeze();
    stage.send('get', ['a']);
    await stage.travel(201);
    expect([stage.told, stage.network.openedAt.length]).toEqual([['silent'], 2]);
    second.socket.destroy();
    stage.connection.replaceWith(second);
    await stage.travel(50);
    expect(stage.connection.state).toBe('reconnecting');
    stage.source.stop();
    const opened = stage.network.openedAt.length;
    await stage.travel(3_000);
    expect([stage.network.openedAt.length, stage.left]).toEqual([opened, { timers: 0, sockets: 0 }]);
  });

  it('gives way to another one before it is in use', async () => {
    for (const isReplaced of [true, false]) {
      const stage = await ConnectionStage.ready();
      const [second, third] = [await verified(stage), await verified(stage)];
      stage.connection.replaceWith(second);
      stage.connection.replaceWith(isReplaced ? third : undefined);
      await stage.travel(20);
      expect([stage.connection.state, second.socket.destroyed]).toEqual(['ready', true]);
      expect(stage.connection.wire.socket === third.socket).toBe(isReplaced);
      third.socket.destroy();
    }
  });

  it('is not kept by a connection that is away already', async () => {
    const stage = await ConnectionStage.ready();
    const second = await verified(stage);
    stage.network.setReachable(stage.server.address, false);
    stage.server.clients[0]?.socket.resetAndDestroy();
    await stage.travel(10);
    stage.connection.replaceWith(second);
    await stage.travel(10);
    expect(second.socket.destroyed).toBe(true);
    expect(stage.left.sockets).toBe(0);
  });

  it('gracefully waits until the first one has answered', async () => {
    const stage = await ConnectionStage.ready();
    const second = await verified(stage);
    stage.link.latencyMs = 10;
    const sent = stage.send('get', ['a']);
    await stage.travel(1);
    const at = stage.clock.now();
    stage.connection.replaceGracefully(second);
    expect(stage.news.at(-1)).toEqual({ kind: 'away', since: at, isFirst: false, isUnnoticed: false, at });
    await stage.travel(15);
    expect(stage.connection.state).toBe('ready');
    await stage.travel(20);
    expect(sent.outcome()).toBeNull();
    expect(stage.connection.wire.socket).toBe(second.socket);
    expect([stage.connection.state, stage.left.sockets]).toEqual(['ready', 1]);
  });
});

async function verified(stage: ConnectionStage): Promise<VerifiedSocket> {
  const establishing = establish(stage.target, stage.clock, new AbortController().signal);
  await stage.travel(10);
  return establishing;
}
