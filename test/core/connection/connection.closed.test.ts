import { describe, expect, it } from 'vitest';
import { establish } from '../../../packages/core/src/handshake/establish.ts';
import { ConnectionStage } from '../fakes/connection-stage.ts';

/** Ways to bring a connection into the state in which the test closes it. */
const places: Readonly<Record<string, () => Promise<ConnectionStage>>> = {
  'before it was ever made': async () => ConnectionStage.idle(),
  'while it waits for its first attempt': async () => woken(0),
  'while nothing answers its SYN': async () =>
    woken(50, (stage) => stage.network.setReachable(stage.server.address, false)),
  'between two attempts that were refused': async () => woken(150, (stage) => stage.server.stop()),
  'while the server leaves its handshake without an answer': async () =>
    woken(400, (stage) => stage.server.freeze()),
  'while the server loads': async () => woken(500, (stage) => void (stage.server.mood = 'loading')),
  'while its driver opens it': async () => woken(4),
  'while it is idle': async () => ConnectionStage.ready(),
  'while it was idle for long': async () => after(20_000, await ConnectionStage.ready()),
  'while a call is unanswered': async () => frozen(10),
  'while it is suspected': async () => frozen(250),
  'while its server is away, and is asked': async () => frozen(500),
  'while its server is away, and is asked a moment later': async () => frozen(650),
  'while it is dead, and has its last moment': async () => {
    const stage = await ConnectionStage.ready();
    stage.network.cutStanding();
    stage.send('get', ['a']);
    return after(240, stage);
  },
  'while its server said that it loads': async () => {
    const stage = await ConnectionStage.ready();
    stage.connection.serverAway('loading');
    return stage;
  },
  'while a second connection looks for a call that blocks': async () => blocked(3),
  'while a blocked connection has its last moment': async () => blocked(100),
  'while another one waits to take its place': async () => {
    const stage = await ConnectionStage.ready();
    const second = establish(stage.target, stage.clock, new AbortController().signal);
    await stage.travel(10);
    stage.server.freeze();
    stage.send('get', ['a']);
    stage.connection.replaceGracefully(await second);
    return after(10, stage);
  },
  'right after another one was to take its place': async () => {
    const stage = await ConnectionStage.ready();
    const second = establish(stage.target, stage.clock, new AbortController().signal);
    await stage.travel(10);
    stage.connection.replaceWith(await second);
    return stage;
  },
  'while it is made again': async () => {
    const stage = await ConnectionStage.ready();
    stage.server.stop();
    return after(500, stage);
  },
  'while the server refuses its subscriptions': async () => {
    const stage = await ConnectionStage.ready();
    stage.send('subscribe', ['news']);
    await stage.travel(5);
    stage.server.refuses.set('subscribe', 'NOPERM this user has no permissions');
    stage.server.hangUp();
    return after(500, stage);
  },
};

describe('a connection that is closed', () => {
  it.each(Object.entries(places))('%s leaves neither timer nor socket', async (_place, reach) => {
    const stage = await reach();
    await stage.close();
    expect([stage.connection.state, stage.connection.cause]).toEqual(['ended', undefined]);
    expect(stage.told.filter((kind) => kind === 'ended')).toHaveLength(1);
    expect(stage.told.slice(-2)).toEqual(['ended', 'changed']);
    expect(stage.left).toEqual({ timers: 0, sockets: 0 });
    await stage.travel(0);
    const { openedAt } = stage.network;
    const opened = openedAt.length;
    stage.server.thaw();
    await stage.travel(20_000);
    expect([openedAt.length, stage.left]).toEqual([opened, { timers: 0, sockets: 0 }]);
  });

  it.each(Object.entries(places))(
    '%s by its client alone leaves nothing, either, after two seconds at most',
    async (_place, reach) => {
      const stage = await reach();
      stage.driver.disconnect();
      await stage.travel(2_010);
      expect([stage.connection.state, stage.left]).toEqual(['ended', { timers: 0, sockets: 0 }]);
    },
  );

  it.each(Object.entries(places))('%s may be made again', async (_place, reach) => {
    const stage = await reach();
    await stage.close();
    stage.server.thaw();
    stage.server.start();
    stage.server.mood = 'serves';
    stage.server.refuses.clear();
    stage.network.setReachable(stage.server.address, true);
    stage.news.length = 0;
    stage.driver.connect().catch(() => undefined);
    await stage.travel(500);
    expect([stage.connection.state, stage.left.sockets]).toEqual(['ready', 1]);
    expect(stage.news[0]).toMatchObject({ kind: 'away', since: undefined, isFirst: true });
    const sent = stage.send('ping');
    await stage.travel(5);
    expect(String(sent.outcome())).toMatch(/^pong/i);
  });

  it('says nothing about the server', async () => {
    const stage = await ConnectionStage.ready();
    stage.driver.disconnect();
    await stage.travel(5);
    expect(stage.told).toEqual(['cleared', 'away', 'changed', 'cleared', 'ended', 'changed']);
    expect(stage.dialer.alive).toBe(0);
    expect(stage.dialer.refusal()).toBeUndefined();
  });

  it('while calls are unanswered waits for their answers', async () => {
    const stage = await ConnectionStage.ready();
    const sent = stage.send('get', ['a']);
    await stage.travel(0.5);
    stage.driver.disconnect();
    await stage.travel(10);
    expect(sent.outcome()).toBeNull();
    expect(stage.left).toEqual({ timers: 0, sockets: 0 });
  });

  it('waits for answers two seconds, and no longer', async () => {
    const stage = await frozen(10);
    stage.driver.disconnect();
    await stage.travel(1_999);
    expect(stage.connection.state).not.toBe('ended');
    await stage.travel(2);
    expect(stage.connection.state).toBe('ended');
  });

  it('waits for no answer of a connection that is suspected', async () => {
    const stage = await frozen(250);
    stage.driver.disconnect();
    await stage.travel(1);
    expect(stage.connection.state).toBe('ended');
  });
});

async function after(ms: number, stage: ConnectionStage): Promise<ConnectionStage> {
  await stage.travel(ms);
  return stage;
}

/** A connection that was told to connect `ms` milliseconds ago. */
async function woken(
  ms: number,
  spoil: (stage: ConnectionStage) => void = () => undefined,
): Promise<ConnectionStage> {
  const stage = ConnectionStage.idle();
  spoil(stage);
  stage.driver.wake();
  return after(ms, stage);
}

/** A connection that was ready, and whose server has not replied for `ms` milliseconds. */
async function frozen(ms: number): Promise<ConnectionStage> {
  const stage = await ConnectionStage.ready();
  stage.server.freeze();
  stage.send('get', ['a']);
  return after(ms, stage);
}

/** A dead connection with an endless blocking call, which core has been checking for `ms` milliseconds. */
async function blocked(ms: number): Promise<ConnectionStage> {
  const stage = await ConnectionStage.ready();
  stage.send('blpop', ['l', '0'], Infinity);
  await stage.travel(10);
  stage.network.cutStanding();
  for (let passed = 0; passed < 6_000 && stage.network.openedAt.length === 0; passed++) await stage.travel(1);
  return after(ms, stage);
}
