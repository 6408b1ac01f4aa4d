import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { MemoryLink } from '../fakes/memory-link.ts';
import { SentinelWatch, type SentinelFollower } from '../../../packages/core/src/sentinel/sentinel-watch.ts';

/** A `SentinelWatch` for one sentinel that refuses connections; `dialedAt` records the attempts. */
function stage() {
  const clock = new ManualClock();
  const dialedAt: number[] = [];
  const pace = { periodMs: 100, wantedAt: -Infinity };
  const watch = new SentinelWatch({
    clock,
    open: () => {
      dialedAt.push(clock.now());
      return Promise.reject(new Error('nobody there'));
    },
    name: 'shop',
    credentials: undefined,
    askAll: () => Promise.resolve([]),
  });
  const follower = (followed = pace): SentinelFollower => ({
    sentinels: () => [{ host: 'sentinel', port: 26_379 }],
    pace: () => followed,
    tell: () => undefined,
  });
  const begunAt = clock.now();
  const first = follower();
  watch.follow(first);
  const stop = (): void => watch.unfollow(first);
  return { clock, watch, follower, stop, pace, dialed: () => dialedAt.map((at) => at - begunAt) };
}

describe('a watch over sentinels that are away', () => {
  it('dials them once a second while nobody waits for a primary', async () => {
    const { clock, stop, dialed } = stage();
    await clock.travelAsync(2_500);
    expect(dialed()).toEqual([0, 1_000, 2_000]);
    stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('dials them each dialing period while somebody waits, from the moment when that begins', async () => {
    const { clock, watch, stop, pace, dialed } = stage();
    await clock.travelAsync(450);
    pace.wantedAt = clock.now();
    watch.hurry();
    await clock.travelAsync(330);
    expect(dialed()).toEqual([0, 450, 550, 650, 750]);
    pace.wantedAt = -Infinity;
    await clock.travelAsync(2_000);
    expect(dialed().slice(5)).toEqual([850, 1_850]);
    stop();
  });

  it('is not hurried once it was stopped', async () => {
    const { clock, watch, stop, dialed } = stage();
    stop();
    watch.hurry();
    await clock.travelAsync(2_000);
    expect(dialed()).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('dials them once for all clients that follow, until the last one stops', async () => {
    const { clock, watch, follower, stop, dialed } = stage();
    const wanted = { periodMs: 250, wantedAt: Infinity };
    const others = [follower(), follower(wanted)];
    for (const other of others) watch.follow(other);
    stop();
    await clock.travelAsync(1_000);
    watch.hurry();
    expect(dialed()).toEqual([0, 1_000, 1_000]);
    await clock.travelAsync(510);
    expect(dialed().slice(3)).toEqual([1_250, 1_500]);
    for (const other of others) watch.unfollow(other);
    await clock.travelAsync(2_000);
    expect(dialed()).toHaveLength(5);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a watch over a sentinel that accepts connections', () => {
  const subscribed = '*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n';
  const pong = '*2\r\n$4\r\npong\r\n$0\r\n\r\n';

  /** A `SentinelWatch` for one sentinel that accepts connections and replies with `answer`; it records the attempts. */
  function acceptingStage(answer: (command: string) => string) {
    const clock = new ManualClock();
    const links: MemoryLink[] = [];
    const dialedAt: number[] = [];
    const watch = new SentinelWatch({
      clock,
      open: () => {
        dialedAt.push(clock.now());
        const link = new MemoryLink({ clock, latencyMs: 1, host: '10.0.0.1', port: 26_379 });
        links.push(link);
        link.far.on('data', (bytes: Buffer) => {
          for (const [command] of bytes.toString().matchAll(/PSUBSCRIBE|PING|AUTH/g))
            link.far.write(answer(command));
        });
        link.far.on('error', () => undefined);
        return Promise.resolve(link.near.asSocket);
      },
      name: 'shop',
      credentials: { password: 'given' },
      askAll: () => Promise.resolve([]),
    });
    const follower: SentinelFollower = {
      sentinels: () => [{ host: 'sentinel', port: 26_379 }],
      pace: () => ({ periodMs: 100, wantedAt: -Infinity }),
      tell: () => undefined,
    };
    const begunAt = clock.now();
    watch.follow(follower);
    return {
      clock,
      links,
      dialed: () => dialedAt.map((at) => at - begunAt),
      stop: () => watch.unfollow(follower),
    };
  }

  const answers: Record<string, string> = {
    AUTH: '-ERR AUTH <password> called without any password configured for the default user.\r\n',
    PSUBSCRIBE: subscribed,
    PING: pong,
  };

  it('keeps one connection while its pings are answered, also if the sentinel has no password', async () => {
    const { clock, stop, dialed } = acceptingStage((command) => answers[command] ?? '');
    await clock.travelAsync(20_500);
    expect(dialed()).toEqual([0]);
    stop();
    await clock.travelAsync(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it('replaces a connection whose pings are lost in silence', async () => {
    const { clock, links, stop, dialed } = acceptingStage((command) => answers[command] ?? '');
    await clock.travelAsync(5_500);
    for (const link of links) link.isCut = true;
    await clock.travelAsync(10_000);
    expect(dialed()).toEqual([0, 8_000]);
    stop();
  });

  it('tries again where the subscription was refused', async () => {
    let isRefused = true;
    const refusal = '-NOPERM User default has no permissions to run the psubscribe command\r\n';
    const { clock, stop, dialed } = acceptingStage((command) =>
      isRefused && command === 'PSUBSCRIBE' ? refusal : (answers[command] ?? ''),
    );
    await clock.travelAsync(2_500);
    isRefused = false;
    await clock.travelAsync(10_000);
    expect(dialed()).toEqual([0, 3_000]);
    stop();
  });
});
