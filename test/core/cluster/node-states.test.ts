import { describe, expect, it } from 'vitest';
import { NodeStates } from '../../../packages/core/src/cluster/slots/node-states.ts';
import type { NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

/** Nodes that report their state `replyMs` after they have been asked. */
class Stage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly ahead: string[] = [];
  readonly asked: (readonly [address: string, at: number])[] = [];
  readonly down = new Set<string>();
  readonly failedSlots = new Map<string, number>();
  isAwaited = true;
  replyMs = 0;
  random = 0.5;
  readonly states = new NodeStates(
    { clock: this.clock, random: () => this.random, isAwaited: () => this.isAwaited },
    ({ address }, _state, isAhead) => {
      if (isAhead) this.ahead.push(address);
    },
  );

  node(address: string): NodeDriver {
    const ask = async (): Promise<string> => {
      this.asked.push([address, this.clock.now() - 1_000]);
      if (this.replyMs > 0)
        await new Promise<void>((resolve) => this.clock.setTimeout(resolve, this.replyMs));
      const state = this.down.has(address) ? 'fail' : 'ok';
      return `cluster_state:${state}\r\ncluster_slots_fail:${this.failedSlots.get(address) ?? 0}\r\n`;
    };
    return { address, ask } as unknown as NodeDriver;
  }

  /** Asks a node that is down, and travels until it has replied. */
  async askDown(address: string): Promise<void> {
    this.down.add(address);
    void this.states.ask(this.node(address));
    await this.clock.travelAsync(this.replyMs);
  }

  timesOf(address: string): number[] {
    return this.asked.filter(([node]) => node === address).map(([, at]) => at);
  }
}

describe('a node that does not know yet that a failover is over', () => {
  it('is asked again 8 ms after each reply until it is up', async () => {
    const stage = new Stage();
    await stage.askDown('a');
    await stage.clock.travelAsync(100);
    expect(stage.timesOf('a')).toEqual([0]);
    stage.states.chase();
    await stage.clock.travelAsync(30);
    expect(stage.timesOf('a')).toEqual([0, 100, 108, 116, 124]);
    expect(stage.states.areUp).toBe(false);
    stage.down.clear();
    await stage.clock.travelAsync(500);
    expect(stage.timesOf('a')).toEqual([0, 100, 108, 116, 124, 132]);
    expect([stage.states.areUp, stage.clock.pendingTimers]).toEqual([true, 0]);
  });

  it('is asked again, too, if it is up, but counts failed slots', async () => {
    const stage = new Stage();
    stage.failedSlots.set('a', 5_461);
    void stage.states.ask(stage.node('a'));
    await stage.clock.travelAsync(0);
    stage.states.chase();
    await stage.clock.travelAsync(10);
    expect(stage.timesOf('a')).toEqual([0, 0, 8]);
    expect(stage.states.areUp).toBe(true);
  });

  it('is asked more rarely if it takes long to reply, or if many nodes are behind', async () => {
    const slow = new Stage();
    slow.replyMs = 10;
    await slow.askDown('a');
    slow.states.chase();
    await slow.clock.travelAsync(120);
    expect(slow.timesOf('a')).toEqual([0, 10, 60, 110]);

    const many = new Stage();
    for (let index = 0; index < 400; index++) await many.askDown(`node:${index}`);
    many.states.chase();
    await many.clock.travelAsync(250);
    expect(many.timesOf('node:399')).toEqual([0, 0, 99.75, 199.5]);
  });

  it('is not asked again while no call waits, nor a second after the failover', async () => {
    const stage = new Stage();
    await stage.askDown('a');
    stage.states.chase();
    await stage.clock.travelAsync(10);
    stage.isAwaited = false;
    await stage.clock.travelAsync(10);
    stage.isAwaited = true;
    await stage.clock.travelAsync(100);
    expect(stage.timesOf('a')).toEqual([0, 0, 8]);
    stage.states.chase();
    await stage.clock.travelAsync(5_000);
    expect(stage.timesOf('a').at(-1)).toBeLessThan(1_140);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('is asked for the last time less than a second after the failover', async () => {
    const stage = new Stage();
    await stage.askDown('a');
    stage.states.chase();
    await stage.clock.travelAsync(5_000);
    expect(stage.timesOf('a').at(-1)).toBe(992);
  });

  it('is asked after its own pause, not after that of another node', async () => {
    const stage = new Stage();
    await stage.askDown('a');
    stage.states.chase();
    await stage.clock.travelAsync(4);
    await stage.askDown('b');
    await stage.clock.travelAsync(20);
    expect([stage.timesOf('a'), stage.timesOf('b')]).toEqual([
      [0, 0, 8, 16, 24],
      [4, 12, 20],
    ]);
  });

  it.each([
    [0, 9],
    [1, 11],
  ])('is asked after a pause with a jitter of a tenth: %d', async (random, pauseMs) => {
    const stage = new Stage();
    stage.random = random;
    stage.replyMs = 2.5;
    await stage.askDown('a');
    stage.states.chase();
    await stage.clock.travelAsync(20);
    expect(stage.timesOf('a')).toEqual([0, 2.5, 5 + pauseMs]);
  });

  it('keeps the process alive neither while it is chased nor otherwise', async () => {
    const stage = new Stage();
    await stage.askDown('a');
    expect(stage.clock.pendingTimers).toBe(0);
    stage.states.chase();
    await stage.clock.travelAsync(1);
    expect([stage.clock.pendingTimers, stage.clock.timersThatKeepAlive]).toEqual([1, 0]);
  });

  it('is not asked again if its reply arrives when the second is over', async () => {
    const stage = new Stage();
    stage.replyMs = 1_000;
    stage.states.chase();
    await stage.askDown('a');
    expect(stage.states.areUp).toBe(false);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it.each(['stop', 'forget'] as const)('has no timer after %s, also when it is asked again', async (end) => {
    const stage = new Stage();
    await stage.askDown('a');
    stage.states.chase();
    await stage.clock.travelAsync(1);
    stage.states[end]();
    expect(stage.clock.pendingTimers).toBe(0);
    await stage.askDown('a');
    expect([stage.states.areUp, stage.clock.pendingTimers]).toEqual([false, 0]);
  });

  it('is asked no more when the chase is stopped, and forgotten only on request', async () => {
    const stage = new Stage();
    await stage.askDown('a');
    stage.states.chase();
    stage.states.stop();
    await stage.clock.travelAsync(100);
    expect([stage.timesOf('a'), stage.states.areUp, stage.clock.pendingTimers]).toEqual([[0], false, 0]);
    stage.states.forget();
    expect(stage.states.areUp).toBe(true);
  });
});

describe('a node that is up before others', () => {
  it('is told to be ahead once', async () => {
    const stage = new Stage();
    for (const address of ['a', 'b']) await stage.askDown(address);
    stage.down.delete('a');
    for (const address of ['a', 'a', 'b']) {
      void stage.states.ask(stage.node(address));
      await stage.clock.travelAsync(0);
    }
    stage.down.delete('b');
    void stage.states.ask(stage.node('b'));
    await stage.clock.travelAsync(0);
    expect(stage.ahead).toEqual(['a']);
  });

  it('is told to be ahead also while it counts failed slots', async () => {
    const stage = new Stage();
    for (const address of ['a', 'b']) await stage.askDown(address);
    stage.down.delete('a');
    stage.failedSlots.set('a', 5_461);
    void stage.states.ask(stage.node('a'));
    await stage.clock.travelAsync(0);
    expect(stage.ahead).toEqual(['a']);
  });
});
