import { describe, expect, it } from 'vitest';
import { establish } from '../../../packages/core/src/handshake/establish.ts';
import { ConnectionStage } from '../fakes/connection-stage.ts';

describe('a connection that is lost', () => {
  it('is told before its driver gives up what was in flight, and is back within a period', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    stage.send('get', ['a']);
    await stage.travel(10);
    const toldBefore: string[][] = [];
    stage.driver.oldestUnanswered()?.promise.catch(() => toldBefore.push([...stage.told]));
    stage.server.thaw();
    stage.server.hangUp();
    await stage.travel(5);
    expect(toldBefore).toEqual([['cleared', 'away', 'changed']]);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['reconnecting', 'connection-reset']);
    expect(stage.news.find(({ kind }) => kind === 'away')).toEqual({
      kind: 'away',
      since: 1_031,
      isFirst: false,
      isUnnoticed: false,
      at: 1_031,
    });
    await stage.travel(100);
    expect(stage.connection.state).toBe('ready');
    expect(stage.told).toEqual(['cleared', 'away', 'changed', 'verified', 'cleared', 'serving', 'changed']);
  });

  it.each([
    ['idle is', 600, [], true],
    ['in use is not', 300, [], false],
    ['that waits for a reply is not', 600, ['get', 'a'], false],
    ['with a subscription is not', 600, ['subscribe', 'news'], false],
  ] as const)(
    'a connection that is %s lost unnoticed',
    async (_name, idleMs, [name, ...args], isUnnoticed) => {
      const stage = await ConnectionStage.ready();
      if (name === 'subscribe') stage.send(name, [...args]);
      await stage.travel(5);
      if (name === 'get') {
        stage.server.freeze();
        stage.send(name, [...args]);
        await stage.travel(1);
        stage.server.thaw();
      } else await stage.travel(idleMs);
      stage.server.hangUp();
      await stage.travel(2);
      expect(stage.news.find(({ kind }) => kind === 'away')).toMatchObject({ isUnnoticed });
    },
  );

  it('has the cause of its last attempt, and the beginning of its outage', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.stop();
    await stage.travel(1_000);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['reconnecting', 'connection-refused']);
    const away = stage.news.filter(({ kind }) => kind === 'away');
    expect(away).toMatchObject([{ since: 1_021 }, { since: 1_021, isFirst: false }]);
    expect(stage.connection.nextAttemptMs()).toBeGreaterThanOrEqual(0);
    stage.server.start();
    await stage.travel(150);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['ready', undefined]);
    expect(stage.connection.wire.identity).toEqual({ clientId: '1', runId: '10.0.0.1:6379/2' });
  });

  it('costs no timer but those of dialing', async () => {
    const stage = await ConnectionStage.ready();
    expect(stage.left).toEqual({ timers: 1, sockets: 1 });
    const timers: number[] = [];
    stage.onNews = ({ kind }) => {
      if (kind === 'away') timers.push(stage.left.timers);
    };
    stage.network.setReachable(stage.server.address, false);
    stage.server.hangUp();
    await stage.travel(100);
    expect(stage.left.sockets).toBe(0);
    stage.source.stop();
    expect([timers[0], stage.left.timers]).toEqual([0, 0]);
  });

  it('may be dropped, for a reason that is its cause', async () => {
    const stage = await ConnectionStage.ready();
    stage.connection.drop('read-only');
    await stage.travel(1);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['reconnecting', 'read-only']);
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
    stage.server.hangUp();
    await stage.travel(2);
    expect(stage.connection.cause).toBe('connection-reset');
  });

  it('keeps its database', async () => {
    const stage = await ConnectionStage.ready();
    stage.send('select', ['3']);
    await stage.travel(5);
    stage.server.hangUp();
    await stage.travel(150);
    expect(stage.server.clients.map(({ database }) => database)).toEqual([3]);
    expect(stage.driver.database).toBe(3);
  });

  it('may be lost again while its driver opens the next one', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.hangUp();
    await stage.travel(84);
    expect(stage.driver.status).toBe('handshake');
    stage.server.hangUp();
    await stage.travel(2);
    expect([stage.connection.state, stage.told.includes('serving')]).toEqual(['reconnecting', false]);
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
  });

  it('ends with its driver where that does not come back by itself', async () => {
    const stage = await ConnectionStage.ready({ onDead: 'drop' });
    stage.server.hangUp();
    await stage.travel(10);
    expect([stage.connection.state, stage.driver.status]).toEqual(['ended', 'ended']);
    expect(stage.told).toEqual(['cleared', 'away', 'changed', 'cleared', 'ended', 'changed']);
    expect(stage.left).toEqual({ timers: 0, sockets: 0 });
  });
});

describe('a connection that another one is about to replace', () => {
  it('and is lost meanwhile keeps neither that one nor a timer for it', async () => {
    const stage = await ConnectionStage.ready();
    const second = establish(stage.target, stage.clock, new AbortController().signal);
    await stage.travel(10);
    const { socket } = await second;
    stage.server.freeze();
    stage.send('get', ['a']);
    stage.connection.replaceGracefully(await second);
    stage.link.near.destroy();
    await stage.travel(0);
    expect([stage.connection.state, socket.destroyed]).toEqual(['reconnecting', true]);
  });
});

describe('a connection that serves', () => {
  it('tells of bytes that come and go, and of the room for them', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.freeze();
    stage.send('set', ['a', 'x'.repeat(200_000)]);
    await stage.travel(5);
    expect(stage.news.map(({ kind }) => kind)).toEqual(['bytes-written', 'room-changed']);
    stage.server.thaw();
    await stage.travel(5);
    expect(stage.news.map(({ kind }) => kind).slice(2)).toEqual(['room-changed', 'bytes-read']);
  });

  it('tells of bytes that only trickle', async () => {
    const stage = await ConnectionStage.ready();
    stage.server.data.set('a', 'v'.repeat(30));
    stage.client.trickle = { bytes: 10, everyMs: 10 };
    stage.send('get', ['a']);
    await stage.travel(15);
    expect(stage.news.map(({ kind }) => kind)).toEqual(['bytes-written', 'bytes-read', 'bytes-read']);
  });

  it('may be asked for a sign of life, and then alone', async () => {
    const stage = await ConnectionStage.ready();
    stage.connection.ping();
    await stage.travel(5);
    expect(stage.server.ran.at(-1)).toBe('ping');
    stage.server.stop();
    await stage.travel(50);
    stage.connection.ping();
    await stage.travel(50);
    stage.server.start();
    const before = stage.server.ran.length;
    await stage.travel(200);
    expect(stage.server.ran.slice(before)).not.toContain('get');
    expect(stage.server.ran.slice(before).filter((name) => name === 'ping')).toHaveLength(1);
  });
});
