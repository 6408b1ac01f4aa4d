import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { NodeDialers } from '../../../packages/core/src/cluster/nodes/node-dialers.ts';
import type { DialResult } from '../../../packages/core/src/dialing/dial-request.ts';

const refused = { ok: false, cause: 'connection-refused', error: new Error('refused') } as const;

function start(): {
  clock: ManualClock;
  dialers: NodeDialers;
  attempt: (address: string, result: DialResult) => Promise<void>;
} {
  const clock = new ManualClock();
  const dialers = new NodeDialers({
    clock,
    random: () => 0.5,
    minPeriodMs: 100,
    maxPeriodMs: 5_000,
    handshakeTimeoutMs: 5_000,
  });
  return {
    clock,
    dialers,
    // A single attempt of a node, which is never repeated.
    attempt: async (address, result) => {
      const ticket = dialers
        .of(address)
        .dial({ priority: 'command', attempt: () => Promise.resolve(result) });
      await clock.travelAsync(0);
      ticket.cancel();
    },
  };
}

describe('the dialers of the nodes of a cluster', () => {
  it('refuse an attempt until it is due, with the cause of the last one', async () => {
    const { clock, dialers, attempt } = start();
    await attempt('a:1', refused);
    expect(dialers.of('a:1').refusal()).toMatchObject({ cause: 'connection-refused' });
    expect(dialers.of('b:1').refusal()).toBeUndefined();
    await clock.travelAsync(100);
    expect(dialers.of('a:1').refusal()).toBeUndefined();
    expect(dialers.of('a:1').failure).toMatchObject({ cause: 'connection-refused' });
  });

  it('forget a failure when the node could be reached', async () => {
    const { clock, dialers, attempt } = start();
    await attempt('a:1', refused);
    await clock.travelAsync(100);
    await attempt('a:1', { ok: true });
    expect(dialers.of('a:1').failure).toBeUndefined();
    expect(dialers.of('a:1').refusal()).toBeUndefined();
  });

  it('are the same for one address, and bounded in number', async () => {
    const { dialers, attempt } = start();
    await attempt('a:0', refused);
    const first = dialers.of('a:0');
    expect(dialers.of('a:0')).toBe(first);
    for (let port = 1; port <= 4_096; port++) dialers.of(`a:${port}`);
    expect(dialers.of('a:0')).not.toBe(first);
  });

  it('are kept while their node is connected', async () => {
    const { clock, dialers } = start();
    const first = dialers.of('a:0');
    first.dial({ priority: 'command', attempt: () => Promise.resolve({ ok: true }) });
    await clock.travelAsync(0);
    for (let port = 1; port <= 4_096; port++) dialers.of(`a:${port}`);
    expect(dialers.of('a:0')).toBe(first);
  });

  it('remember nothing after their release', async () => {
    const { dialers, attempt } = start();
    await attempt('a:1', refused);
    const before = dialers.of('a:1');
    dialers.release();
    expect(dialers.of('a:1')).not.toBe(before);
  });
});
