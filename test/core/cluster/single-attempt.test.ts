import { describe, expect, it } from 'vitest';
import { SingleAttempt } from '../../../packages/core/src/cluster/nodes/single-attempt.ts';
import type { SourceEvent } from '../../../packages/core/src/connection/socket-source.ts';
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
  readonly source = new SingleAttempt(this.dialer, this.wired.target, this.wired.clock);
  readonly events: SourceEvent[] = [];

  start(): void {
    this.source.start('command', (event) => this.events.push(event));
  }

  get told(): string[] {
    return this.events.map((event) => ('cause' in event ? `${event.kind} ${event.cause}` : event.kind));
  }
}

describe('the connection to a node', () => {
  it('is made, and told of with its socket', async () => {
    const stage = new Stage();
    stage.start();
    await stage.wired.travel(10);
    expect(stage.events).toMatchObject([{ kind: 'verified', verified: { proof: { clientId: '1' } } }]);
    expect([stage.dialer.alive, stage.source.ticket?.nextAttemptMs()]).toEqual([1, undefined]);
  });

  it('is tried once, and what it met is told', async () => {
    const stage = new Stage();
    stage.wired.server.stop();
    stage.start();
    await stage.wired.travel(2_000);
    expect(stage.told).toEqual(['gave-up connection-refused']);
    const [event] = stage.events;
    expect(event?.kind === 'gave-up' && event.error).toMatchObject({
      name: 'EstablishError',
      reason: 'connection-refused',
      cause: { code: 'ECONNREFUSED' },
    });
    expect([stage.wired.network.openedAt.length, stage.wired.clock.pendingTimers]).toEqual([1, 0]);
  });

  it('is refused at once while the next attempt is not due, and tried again when it is', async () => {
    const stage = new Stage();
    const { wired } = stage;
    wired.server.stop();
    stage.start();
    await wired.travel(10);
    stage.start();
    expect(stage.told).toEqual(['gave-up connection-refused', 'gave-up connection-refused']);
    const [first, second] = stage.events;
    expect(second).toMatchObject({
      error: { cause: first?.kind === 'gave-up' ? first.error.cause : undefined },
    });
    await wired.travel(200);
    expect(wired.network.openedAt).toHaveLength(1);
    wired.server.start();
    stage.start();
    await wired.travel(10);
    expect(stage.told.at(-1)).toBe('verified');
  });

  it('that waits for its turn fails with the attempt before it, where nobody is reached', async () => {
    const stage = new Stage();
    const { wired } = stage;
    wired.server.stop();
    stage.start();
    const other = new SingleAttempt(stage.dialer, wired.target, wired.clock);
    other.start('subscriber', (event) => stage.events.push(event));
    await wired.travel(10);
    expect(stage.told).toEqual(['gave-up connection-refused', 'gave-up connection-refused']);
    expect([wired.network.openedAt.length, wired.clock.pendingTimers]).toEqual([1, 0]);
  });

  it('that waits for its turn goes on waiting when the node refuses another one alone', async () => {
    const stage = new Stage();
    const { wired, dialer } = stage;
    const refused = { ok: false, cause: 'auth', error: new Error('wrong password') } as const;
    const other = dialer.dial({ priority: 'command', attempt: () => Promise.resolve(refused) });
    stage.start();
    await wired.travel(1);
    expect([dialer.failure, stage.told]).toEqual([refused, []]);
    other.cancel();
    await wired.travel(3_000);
    expect(stage.told).toEqual(['verified']);
  });

  it('that waits for its turn fails with an attempt before it that took too long', async () => {
    const stage = new Stage();
    const { wired, dialer } = stage;
    wired.network.setReachable(wired.server.address, false);
    new SingleAttempt(dialer, wired.target, wired.clock).start('command', () => undefined);
    stage.source.start('leased', (event) => stage.events.push(event));
    await wired.travel(1_000);
    expect(stage.told).toEqual(['gave-up connect-timeout']);
  });

  it('has the whole time of a first SYN, whatever the pace', async () => {
    const stage = new Stage();
    const { wired } = stage;
    wired.network.setReachable(wired.server.address, false);
    stage.start();
    await wired.travel(900);
    expect(stage.told).toEqual([]);
    await wired.travel(100);
    expect([stage.told, wired.clock.pendingTimers]).toEqual([['gave-up connect-timeout'], 0]);
  });

  it('is not hedged where the node leaves it without an answer', async () => {
    const stage = new Stage();
    stage.wired.server.freeze();
    stage.start();
    await stage.wired.travel(2_000);
    expect(stage.wired.network.openedAt).toHaveLength(1);
    stage.source.stop();
  });

  it.each([
    { mood: 'loading', cause: 'loading' },
    { mood: 'stale', cause: 'replica-stale' },
  ] as const)('is no connection while the node says that it is $mood', async ({ mood, cause }) => {
    const stage = new Stage();
    stage.wired.server.mood = mood;
    stage.start();
    await stage.wired.travel(10);
    expect(stage.told).toEqual([`gave-up ${cause}`]);
    expect([stage.wired.network.links.length, stage.dialer.alive, stage.wired.clock.pendingTimers]).toEqual([
      0, 0, 0,
    ]);
    // For the dialer, the end of the last attempt is the loss of a connection, so the dialer delays the next attempt.
    stage.start();
    await stage.wired.travel(10);
    expect(stage.told).toHaveLength(1);
    await stage.wired.travel(200);
    expect(stage.told).toHaveLength(2);
  });

  it('that is wanted no longer leaves nothing, and is told of no more', async () => {
    for (const ms of [0, 1, 3]) {
      const stage = new Stage();
      stage.wired.server.freeze();
      stage.start();
      await stage.wired.travel(ms);
      expect(stage.source.ticket?.nextAttemptMs()).toBeDefined();
      stage.source.stop();
      await stage.wired.travel(0);
      expect([stage.events, stage.wired.clock.pendingTimers, stage.wired.network.links]).toEqual([[], 0, []]);
    }
  });

  it('that is lost is made again in its turn, and sooner after a hint', async () => {
    const stage = new Stage();
    const { wired, source } = stage;
    stage.start();
    await wired.travel(10);
    source.ticket?.lost();
    expect(stage.dialer.alive).toBe(0);
    stage.start();
    const waits = source.ticket?.nextAttemptMs() ?? 0;
    expect(waits).toBeGreaterThan(10);
    source.ticket?.hurry();
    expect(source.ticket?.nextAttemptMs()).toBeLessThan(waits);
    await wired.travel(200);
    expect(stage.told).toEqual(['verified', 'verified']);
  });
});
