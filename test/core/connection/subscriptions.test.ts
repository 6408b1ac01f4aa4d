import { describe, expect, it } from 'vitest';
import { Subscriptions, type SubscriptionNews } from '../../../packages/core/src/connection/subscriptions.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

interface Subscribed {
  readonly wired: WiredDriver;
  readonly subscriptions: Subscriptions;
  readonly news: SubscriptionNews[];
  /** Breaks the connection, and waits until the driver has a new one. */
  reconnect(heardAt?: number): Promise<void>;
}

const refusal = 'NOPERM this user has no permissions to access one of the channels';

async function prepared(...commands: readonly (readonly [string, ...string[]])[]): Promise<Subscribed> {
  const wired = await WiredDriver.ready();
  const { driver, clock } = wired;
  driver.takeOverRetries();
  const news: SubscriptionNews[] = [];
  const subscriptions = new Subscriptions(driver, clock, 5_000, { onNews: (told) => news.push(told) });
  for (const [name, ...args] of commands) void driver.call(name, ...args);
  await wired.travel(10);
  const reconnect = async (heardAt = clock.now()): Promise<void> => {
    driver.socket?.prependListener('close', () => subscriptions.remember(heardAt));
    wired.server.hangUp();
    await wired.travel(10);
    expect(driver.status).toBe('ready');
    wired.server.ran.length = 0;
  };
  return { wired, subscriptions, news, reconnect };
}

describe('a connection', () => {
  it('listens while it is subscribed to anything, or is about to be again', async () => {
    const { wired, subscriptions, reconnect } = await prepared();
    expect(subscriptions.isActive).toBe(false);
    for (const [kind, name] of [
      ['subscribe', 'news'],
      ['psubscribe', 'n*'],
      ['ssubscribe', 'shard'],
    ] as const) {
      void wired.driver.call(kind, name);
      await wired.travel(5);
      expect(subscriptions.isActive).toBe(true);
      void wired.driver.call(kind.replace('sub', 'unsub'), name);
      await wired.travel(5);
      expect(subscriptions.isActive).toBe(false);
    }
    void wired.driver.call('subscribe', 'news');
    await wired.travel(5);
    await reconnect();
    expect(wired.driver.subscriptions().subscribe).toEqual([]);
    expect(subscriptions.isActive).toBe(true);
  });

  it('is asked for a sign of life after a second of silence while it is subscribed', async () => {
    const { wired, subscriptions } = await prepared();
    expect([subscriptions.idleMs(1), subscriptions.idleMs(3)]).toEqual([5_000, 15_000]);
    void wired.driver.call('subscribe', 'news');
    await wired.travel(5);
    expect([subscriptions.idleMs(1), subscriptions.idleMs(3)]).toEqual([1_000, 1_000]);
  });

  it('that never listened has nothing to restore', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared();
    await reconnect();
    subscriptions.restore();
    await wired.travel(5);
    expect([news, wired.server.ran]).toEqual([[], []]);
  });
});

describe('what was subscribed to before a loss', () => {
  it('is subscribed to again, and the gap is told', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(
      ['subscribe', 'a', 'b'],
      ['psubscribe', 'p*'],
      ['ssubscribe', 's1'],
      ['ssubscribe', 's2'],
    );
    await reconnect(1_000);
    subscriptions.restore();
    // Shard channels are subscribed one by one, because they may be in different slots.
    await wired.travel(2);
    expect(wired.server.ran).toEqual(['subscribe', 'psubscribe', 'ssubscribe', 'ssubscribe']);
    expect(wired.driver.subscriptions()).toEqual({
      subscribe: ['a', 'b'],
      psubscribe: ['p*'],
      ssubscribe: ['s1', 's2'],
    });
    expect(news).toEqual([{ kind: 'gap', gapMs: wired.clock.now() - 1_000, channels: 5 }]);
    expect(wired.server.publish('a', 'hello')).toBe(1);
    await wired.travel(5);
    expect(wired.driver.messages).toEqual(['a: hello']);
  });

  it('is restored once', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect();
    subscriptions.restore();
    await wired.travel(5);
    subscriptions.restore();
    await wired.travel(2_000);
    expect([news.length, wired.server.ran]).toEqual([1, ['subscribe']]);
  });

  it('and ended meanwhile stays ended', async () => {
    const { wired, subscriptions, reconnect } = await prepared(
      ['subscribe', 'a', 'b', 'c'],
      ['psubscribe', 'p*', 'q*'],
      ['ssubscribe', 's'],
    );
    await reconnect();
    void wired.driver.call('unsubscribe', 'a', 'b');
    void wired.driver.call('punsubscribe');
    void wired.driver.call('sunsubscribe', 'other');
    subscriptions.restore();
    await wired.travel(5);
    expect(wired.driver.subscriptions()).toEqual({ subscribe: ['c'], psubscribe: [], ssubscribe: ['s'] });
  });

  it('and ended while nothing was lost is nobody’s business', async () => {
    const { wired, subscriptions } = await prepared(['subscribe', 'a']);
    void wired.driver.call('unsubscribe');
    void wired.driver.call('unsubscribe', 'a');
    await wired.travel(5);
    expect(subscriptions.isActive).toBe(false);
  });

  it('is silent from the first of two losses on, and restored after the second', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect(1_050);
    await wired.travel(100);
    await reconnect(1_200);
    subscriptions.restore();
    await wired.travel(2);
    expect(news).toEqual([{ kind: 'gap', gapMs: wired.clock.now() - 1_050, channels: 1 }]);
  });

  it('is silent from the new loss on when it was back meanwhile', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect(1_050);
    subscriptions.restore();
    await wired.travel(500);
    await reconnect(1_600);
    subscriptions.restore();
    await wired.travel(2);
    expect(news.at(-1)).toEqual({ kind: 'gap', gapMs: wired.clock.now() - 1_600, channels: 1 });
  });

  it('is restored by a client that its user ended and connected again', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect();
    subscriptions.restore();
    await wired.travel(2_000);
    expect(news).toMatchObject([{ kind: 'gap', channels: 1 }]);
    expect(wired.driver.subscriptions().subscribe).toEqual(['a']);
  });
});

describe('what the server refuses', () => {
  it('is told with its code, and tried again each second until it is taken', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(
      ['subscribe', 'a'],
      ['psubscribe', 'p*'],
    );
    await reconnect(1_000);
    wired.server.refuses.set('subscribe', refusal);
    subscriptions.restore();
    await wired.travel(2);
    expect(news).toEqual([{ kind: 'resubscribe-failed', channels: 1, code: 'NOPERM' }]);
    expect(wired.driver.subscriptions().psubscribe).toEqual(['p*']);
    await wired.travel(999);
    expect(wired.server.ran).toEqual(['subscribe', 'psubscribe']);
    wired.server.refuses.clear();
    // A packet takes one millisecond to the server.
    await wired.travel(2);
    expect(wired.server.ran.slice(2)).toEqual(['subscribe']);
    await wired.travel(5);
    expect(news.slice(1)).toMatchObject([{ kind: 'gap', channels: 1 }]);
    expect([subscriptions.isActive, wired.clock.pendingTimers]).toEqual([true, 0]);
  });

  it('is found out one by one, so that the rest is back', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a', 'b', 'c']);
    await reconnect();
    refuseMany(wired);
    subscriptions.restore();
    await wired.travel(10);
    // One SUBSCRIBE with all channels is refused, so each channel is then tried on its own.
    expect(wired.server.ran).toHaveLength(4);
    expect(wired.driver.subscriptions().subscribe).toEqual(['a', 'c']);
    expect(news).toEqual([{ kind: 'resubscribe-failed', channels: 1, code: 'NOPERM' }]);
    await wired.travel(1_000);
    expect(wired.server.ran).toHaveLength(5);
  });

  it('as a whole, and one by one does not, is back', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a', 'b']);
    await reconnect();
    refuseMany(wired, 'nothing');
    subscriptions.restore();
    await wired.travel(10);
    expect(wired.driver.subscriptions().subscribe).toEqual(['a', 'b']);
    expect(news).toMatchObject([{ kind: 'gap', channels: 2 }]);
  });

  it('is not tried again once its user ended it', async () => {
    const { wired, subscriptions, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect();
    wired.server.refuses.set('subscribe', refusal);
    subscriptions.restore();
    void wired.driver.call('unsubscribe', 'a');
    await wired.travel(5);
    expect(wired.clock.pendingTimers).toBe(0);
  });

  it('waits for the next connection when this one is gone', async () => {
    const { wired, subscriptions, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect();
    wired.server.refuses.set('subscribe', refusal);
    subscriptions.restore();
    await wired.travel(5);
    expect(wired.clock.pendingTimers).toBe(1);
    subscriptions.remember(wired.clock.now());
    expect(wired.clock.pendingTimers).toBe(0);
    expect(subscriptions.isActive).toBe(true);
  });

  it('is tried again at once with the next connection, and then once a second', async () => {
    const { wired, subscriptions, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect();
    wired.server.refuses.set('subscribe', refusal);
    subscriptions.restore();
    await wired.travel(100);
    subscriptions.restore();
    await wired.travel(5);
    expect([wired.server.ran.length, wired.clock.pendingTimers]).toEqual([2, 1]);
    await wired.travel(1_000);
    expect(wired.server.ran).toHaveLength(3);
  });
});

describe('a connection that breaks while it subscribes again', () => {
  it('tries neither one by one nor later: the next one does', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a', 'b']);
    await reconnect();
    wired.server.freeze();
    subscriptions.restore();
    await wired.travel(5);
    wired.server.thaw();
    await reconnect();
    expect([news, wired.server.ran, wired.clock.pendingTimers]).toEqual([[], [], 0]);
    subscriptions.restore();
    await wired.travel(5);
    expect(news).toMatchObject([{ kind: 'gap', channels: 2 }]);
  });

  it('tells the code of an error that has one, and no more than that', async () => {
    const { wired, subscriptions, news, reconnect } = await prepared(['subscribe', 'a']);
    await reconnect();
    wired.driver.ask = () => Promise.reject(Object.assign(new Error('a secret'), { code: 'ECONNRESET' }));
    subscriptions.restore();
    await wired.travel(1);
    wired.driver.ask = () => Promise.reject('no error at all');
    subscriptions.restore();
    await wired.travel(1);
    expect(news.map((told) => told.kind === 'resubscribe-failed' && told.code)).toEqual([
      'ECONNRESET',
      'unknown',
    ]);
  });
});

/** Makes the server refuse a subscription to several channels at once, or to the channel `refused`. */
function refuseMany({ driver }: WiredDriver, refused = 'b'): void {
  const ask = driver.ask.bind(driver);
  driver.ask = async (name, args) => {
    const isRefused = args.length > 1 || args.includes(refused);
    const answer = ask(isRefused ? 'nosuch' : name, isRefused ? [] : args);
    return isRefused ? answer.catch(() => Promise.reject(replyError(refusal))) : answer;
  };
}

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}
