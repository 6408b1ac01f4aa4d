import { describe, expect, it } from 'vitest';
import { Reconnector } from '../../../packages/core/src/connection/reconnector.ts';
import type { SourceEvent } from '../../../packages/core/src/connection/socket-source.ts';
import type { DialPriority } from '../../../packages/core/src/dialing/dial-request.ts';
import { Dialer } from '../../../packages/core/src/dialing/dialer.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

class Stage {
  readonly wired = new WiredDriver();
  readonly dialer = new Dialer({
    clock: this.wired.clock,
    random: () => 0.5,
    minPeriodMs: 100,
    maxPeriodMs: 5_000,
    handshakeTimeoutMs: 5_000,
  });
  /** The events so far, in order, with their times since the start. */
  readonly told: string[] = [];
  readonly events: SourceEvent[] = [];
  readonly #settings = { clock: this.wired.clock, connection: { minStallMs: 200, maxStallMs: 2_000 } };
  readonly source = new Reconnector(this.dialer, this.wired.target, {
    settings: this.#settings,
    isWanted: true,
    onReport: ({ cause }) => this.#note(`report ${cause ?? 'success'}`),
  });
  /** Another client of the same dialer, with leased connections. */
  readonly leased = new Reconnector(
    this.dialer,
    this.wired.target,
    { settings: this.#settings, isWanted: true, onReport: () => this.#note('leased') },
    true,
  );

  start(priority: DialPriority = 'command'): void {
    this.source.start(priority, (event) => {
      this.events.push(event);
      this.#note('cause' in event ? `${event.kind} ${event.cause}` : event.kind);
    });
  }

  #note(what: string): void {
    this.told.push(`${Math.round(this.wired.clock.now() - 1_000)} ${what}`);
  }
}

describe('a connection that is wanted', () => {
  it('is made, reported and told of', async () => {
    const { wired, dialer, source, told, events } = started(new Stage());
    await wired.travel(10);
    expect(told).toEqual(['4 report success', '4 verified']);
    expect(events[0]).toMatchObject({ verified: { proof: { clientId: '1', waiting: undefined } } });
    expect([dialer.alive, source.ticket?.nextAttemptMs()]).toEqual([1, undefined]);
  });

  it('is tried for as long as it takes, and each failure is told of', async () => {
    const { wired, dialer, source, told } = started(new Stage());
    wired.server.stop();
    await wired.travel(10);
    expect(told).toEqual(['2 failed connection-refused', '2 report connection-refused']);
    expect(source.ticket?.nextAttemptMs()).toBeGreaterThan(0);
    await wired.travel(500);
    expect(told.filter((line) => line.includes('failed'))).toHaveLength(told.length / 2);
    expect(told.length).toBeGreaterThan(6);
    wired.server.start();
    await wired.travel(150);
    expect(told.at(-1)).toContain('verified');
    expect(dialer.alive).toBe(1);
  });

  it('is tried sooner after a hint', async () => {
    const stage = started(new Stage());
    const { wired, source } = stage;
    wired.server.stop();
    await wired.travel(3_000);
    const before = wired.network.openedAt.length;
    source.ticket?.hurry();
    await wired.travel(5);
    expect(wired.network.openedAt.length - before).toBe(1);
  });

  it('is wanted once, also when it is asked for twice', async () => {
    const stage = started(new Stage());
    stage.start();
    await stage.wired.travel(1_000);
    expect([stage.told.length, stage.dialer.alive, stage.wired.network.openedAt.length]).toEqual([2, 1, 1]);
  });

  it('that is lost may be wanted again', async () => {
    const stage = started(new Stage());
    await stage.wired.travel(10);
    stage.source.ticket?.lost();
    expect(stage.dialer.alive).toBe(0);
    stage.source.ticket?.lost();
    expect(stage.dialer.alive).toBe(0);
    stage.start();
    await stage.wired.travel(200);
    expect([stage.dialer.alive, stage.events.length]).toEqual([1, 2]);
  });

  it.each([
    ['its error', new Error('no route'), 'no route'],
    ['words for its cause', 'no route', 'The endpoint cannot be reached: dns.'],
  ])('is told of a failure of another request to the endpoint, with %s', async (_what, error, message) => {
    const stage = new Stage();
    const failed = { ok: false, cause: 'dns', error } as const;
    const other = stage.dialer.dial({ priority: 'inquiry', attempt: () => Promise.resolve(failed) });
    stage.start();
    await stage.wired.travel(1);
    expect(stage.events).toEqual([{ kind: 'other-failed', error: new Error(message) }]);
    other.cancel();
    stage.source.stop();
  });

  it('is made before a leased one that was wanted first', async () => {
    const stage = new Stage();
    stage.leased.start('command', () => undefined);
    stage.start('subscriber');
    await stage.wired.travel(200);
    expect(stage.told.filter((line) => !line.includes('verified'))).toEqual([
      '4 report success',
      expect.stringContaining('leased'),
    ]);
  });

  it.each([
    { fleet: 499, opened: 3 },
    { fleet: 500, opened: 1 },
  ])('by one of $fleet clients of a silent server opens $opened connections', async ({ fleet, opened }) => {
    const stage = new Stage();
    stage.dialer.observeFleet(fleet);
    stage.wired.server.freeze();
    stage.start();
    await stage.wired.travel(340);
    expect(stage.wired.network.openedAt).toHaveLength(opened);
    stage.source.stop();
  });
});

describe('an attempt that is withdrawn', () => {
  it('because another one succeeded tells nothing', async () => {
    const stage = new Stage();
    const { wired, source, told } = stage;
    // Only the first SYN is lost.
    wired.network.setReachable(wired.server.address, false);
    stage.start();
    await wired.travel(20);
    wired.network.setReachable(wired.server.address, true);
    source.ticket?.hurry();
    await wired.travel(100);
    expect(wired.network.openedAt).toEqual([1_000, 1_022.5]);
    expect(told).toEqual(['27 report success', '27 verified']);
  });
});

describe('a server that answers and does not serve', () => {
  it('keeps the connection, and is asked 40 times a second until it serves', async () => {
    const stage = new Stage();
    const { wired, told, events } = stage;
    wired.server.mood = 'loading';
    stage.start();
    await wired.travel(35);
    expect(told).toEqual(['4 report success', '4 failed loading', '31 failed loading']);
    wired.server.mood = 'busy';
    await wired.travel(25);
    expect(told.at(-1)).toBe('58 failed busy');
    wired.server.mood = 'serves';
    await wired.travel(100);
    expect(told.at(-1)).toBe('85 verified');
    expect(events.at(-1)).toMatchObject({ verified: { proof: { waiting: undefined, clientId: '1' } } });
    expect(wired.network.openedAt).toHaveLength(1);
    expect(wired.clock.pendingTimers).toBe(0);
    expect(events[0]).toMatchObject({ error: { message: 'The server does not serve yet: loading.' } });
  });

  it('says who it is as soon as it serves, if it ran a script before', async () => {
    const stage = new Stage();
    const { wired, events } = stage;
    wired.server.mood = 'busy';
    stage.start();
    await wired.travel(60);
    wired.server.mood = 'serves';
    await wired.travel(100);
    const info = { run_id: wired.server.runId, role: 'master' };
    expect(events.at(-1)).toMatchObject({ verified: { proof: { waiting: undefined, clientId: '1', info } } });
  });

  it.each([
    { fleet: 1_000, everyMs: 200 },
    { fleet: 100_000, everyMs: 2_000 },
  ])('is asked each $everyMs ms by each of $fleet clients', async ({ fleet, everyMs }) => {
    const stage = new Stage();
    const { wired, told } = stage;
    wired.server.mood = 'loading';
    stage.dialer.observeFleet(fleet);
    stage.start();
    await wired.travel(4 + 2 * (everyMs + 2));
    expect(told.slice(2)).toEqual([
      `${4 + everyMs + 2} failed loading`,
      `${4 + 2 * (everyMs + 2)} failed loading`,
    ]);
    stage.source.stop();
  });

  it('and then hangs up is dialed again, in its turn', async () => {
    const stage = new Stage();
    const { wired, told, dialer } = stage;
    wired.server.mood = 'loading';
    stage.start('subscriber');
    await wired.travel(15);
    wired.server.stop();
    await wired.travel(15);
    expect(told.slice(2)).toEqual(['29 failed connection-reset']);
    expect(dialer.alive).toBe(0);
    wired.server.start();
    wired.server.mood = 'serves';
    await wired.travel(300);
    // The attempt is not immediate, because the connection was lost shortly before.
    expect(wired.network.openedAt).toEqual([1_000, 1_100]);
    expect([told.at(-1)?.includes('verified'), dialer.alive]).toEqual([true, 1]);
    expect(wired.network.links).toHaveLength(1);
  });

  it('and then is silent is dialed again within the limit of a stall', async () => {
    const stage = new Stage();
    const { wired, told } = stage;
    wired.server.mood = 'loading';
    stage.start();
    await wired.travel(15);
    wired.server.freeze();
    await wired.travel(230);
    expect(told.at(-1)).toBe('229 failed stalled');
    stage.source.stop();
    await wired.travel(10);
    expect(wired.network.links).toEqual([]);
  });

  it('and answers slowly is given the time that it usually takes', async () => {
    const stage = new Stage();
    const { wired, told, dialer } = stage;
    wired.server.mood = 'loading';
    wired.network.latencyMs = 40;
    stage.start();
    await wired.travel(3_000);
    wired.server.freeze();
    await wired.travel(600);
    wired.server.thaw();
    await wired.travel(1_000);
    expect(told.filter((line) => line.includes('stalled'))).toEqual([]);
    expect([dialer.alive, wired.network.links.length]).toEqual([1, 1]);
    stage.source.stop();
  });
});

describe('a connection that is wanted no longer', () => {
  it.each([
    { phase: 'before its first attempt', ms: 0, mood: 'serves', freeze: false },
    { phase: 'while it is opened', ms: 1, mood: 'serves', freeze: false },
    { phase: 'in its handshake', ms: 100, mood: 'serves', freeze: true },
    { phase: 'while it waits for the server', ms: 15, mood: 'loading', freeze: false },
    { phase: 'while it asks the server', ms: 30, mood: 'loading', freeze: false },
  ] as const)('$phase leaves nothing, and is told of no more', async ({ ms, mood, freeze }) => {
    const stage = new Stage();
    const { wired, source, told } = stage;
    wired.server.mood = mood;
    if (freeze) wired.server.freeze();
    stage.start();
    await wired.travel(ms);
    const before = told.length;
    source.stop();
    await wired.travel(0);
    expect([wired.clock.pendingTimers, wired.network.links.length, stage.dialer.alive]).toEqual([0, 0, 0]);
    wired.server.thaw();
    await wired.travel(5_000);
    expect([told.length, source.ticket?.nextAttemptMs()]).toEqual([before, undefined]);
  });

  it('from the moment at which it hears that the server does not serve yet leaves nothing', async () => {
    const stage = new Stage();
    const { wired, source, events } = stage;
    wired.server.mood = 'loading';
    source.start('command', (event) => {
      events.push(event);
      source.stop();
    });
    await wired.travel(10);
    expect(events).toMatchObject([{ kind: 'failed', cause: 'loading' }]);
    expect([wired.clock.pendingTimers, wired.network.links.length, stage.dialer.alive]).toEqual([0, 0, 0]);
  });

  it('in whichever moment of the answer for which it waited leaves nothing', async () => {
    for (let ticks = 0; ticks < 20; ticks++) {
      const stage = new Stage();
      const { wired, source } = stage;
      wired.server.mood = 'loading';
      stage.start();
      await wired.travel(15);
      wired.server.mood = 'serves';
      let told: readonly SourceEvent[] = [];
      const stop = (): void => {
        told = [...stage.events];
        source.stop();
      };
      wired.network.links[0]?.near.once('data', () => void afterMicrotasks(ticks, stop));
      await wired.travel(100);
      const isTold = told.at(-1)?.kind === 'verified';
      expect([wired.network.links.length, wired.clock.pendingTimers]).toEqual([isTold ? 1 : 0, 0]);
      expect(stage.events).toEqual(told);
    }
  });

  it('may be wanted again, and is waited for anew', async () => {
    const stage = new Stage();
    const { wired, source } = stage;
    wired.server.mood = 'loading';
    stage.start();
    await wired.travel(30);
    source.stop();
    wired.server.mood = 'serves';
    stage.start();
    await wired.travel(200);
    expect(stage.events.at(-1)?.kind).toBe('verified');
    expect(wired.network.links).toHaveLength(1);
  });
});

function started(stage: Stage): Stage {
  stage.start();
  return stage;
}

async function afterMicrotasks(count: number, action: () => void): Promise<void> {
  for (let passed = 0; passed < count; passed++) await Promise.resolve();
  action();
}
