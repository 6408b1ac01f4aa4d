import { describe, expect, it } from 'vitest';
import { BlockedNodes } from '../../../packages/core/src/cluster/nodes/blocked-nodes.ts';
import type { ClusterNode } from '../../../packages/core/src/cluster/nodes/cluster-node.ts';
import type { NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

/** Two nodes of a Cluster: a call on the first one may block, and the second one reports what the test wants. */
class Stage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  blockingMs: number | undefined = Infinity;
  epoch = 1;
  failedSlots = 0;
  isAnswering = true;
  asked = 0;
  readonly unused: NodeDriver[] = [];
  failovers = 0;
  readonly #blocked = {
    oldestUnanswered: () => ({ call: { blockingMs: this.blockingMs } }),
  } as unknown as NodeDriver;
  readonly #other = {
    oldestUnanswered: () => undefined,
    ask: () => {
      this.asked++;
      return Promise.resolve(
        `cluster_slots_fail:${this.failedSlots}\r\ncluster_current_epoch:${this.epoch}\r\n`,
      );
    },
  } as unknown as NodeDriver;
  readonly nodes = new BlockedNodes(
    { nodes: () => [this.#blocked, this.#other], primaries: () => [this.#blocked, ...this.unused] },
    {
      of: (node) => ({ answersAtOnce: node === this.#other && this.isAnswering }) as unknown as ClusterNode,
    },
    { clock: this.clock, random: () => 0.5 },
    () => this.failovers++,
  );
}

describe('while a call blocks on a node for long', () => {
  it('another node is asked once a second, and nothing follows from a cluster that is well', async () => {
    const stage = new Stage();
    stage.nodes.watch();
    stage.nodes.watch();
    await stage.clock.travelAsync(5_500);
    expect([stage.asked, stage.failovers, stage.clock.timersThatKeepAlive]).toEqual([5, 0, 0]);
  });

  it('failed slots are noticed, and so is an election', async () => {
    const stage = new Stage();
    stage.nodes.watch();
    await stage.clock.travelAsync(1_500);
    stage.failedSlots = 5_461;
    await stage.clock.travelAsync(1_000);
    expect(stage.failovers).toBe(1);
    Object.assign(stage, { failedSlots: 0, epoch: 2 });
    await stage.clock.travelAsync(2_000);
    expect(stage.failovers).toBe(2);
  });

  it('nobody is asked who does not answer, and the next look follows', async () => {
    const stage = new Stage();
    stage.isAnswering = false;
    stage.nodes.watch();
    await stage.clock.travelAsync(2_500);
    expect(stage.asked).toBe(0);
    stage.isAnswering = true;
    await stage.clock.travelAsync(1_000);
    expect(stage.asked).toBe(1);
  });

  it('a primary that no call has used is connected to if there is nobody else to ask', async () => {
    const stage = new Stage();
    stage.isAnswering = false;
    let connected = 0;
    stage.unused.push({ status: 'idle', connectNow: () => connected++ } as unknown as NodeDriver);
    stage.nodes.watch();
    await stage.clock.travelAsync(1_500);
    expect(connected).toBe(1);
  });
});

describe('once no call blocks any more', () => {
  it('nobody is asked, until the next one does', async () => {
    const stage = new Stage();
    stage.blockingMs = 500;
    stage.nodes.watch();
    await stage.clock.travelAsync(3_000);
    expect([stage.asked, stage.clock.pendingTimers]).toEqual([0, 0]);
    stage.blockingMs = 5_000;
    stage.nodes.watch();
    await stage.clock.travelAsync(1_500);
    expect(stage.asked).toBe(1);
    stage.nodes.stop();
    expect(stage.clock.pendingTimers).toBe(0);
  });
});
