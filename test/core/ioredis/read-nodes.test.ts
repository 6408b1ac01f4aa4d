import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { readFromAnswering } from '../../../packages/core/src/ioredis/cluster/read-nodes.ts';

type Choose = (nodes: readonly (Redis | undefined)[], command: unknown) => unknown;

const [primary, first, second] = ['primary', 'first', 'second'].map((name) => ({ name }) as unknown as Redis);
const nodes = [primary, first, second];

/** Returns the node that a read goes to, given the user's `scaleReads`, while the nodes in `away` are unavailable. */
function readsFrom(scaleReads: unknown, away: readonly (Redis | undefined)[], random = 0): unknown {
  const options: Record<string, unknown> = { scaleReads };
  readFromAnswering(
    { options },
    (node) => away.includes(node),
    () => random,
  );
  return (options['scaleReads'] as Choose)(nodes, {});
}

describe('a read that may go to replicas', () => {
  it.each([
    ['slave', [], 0, first],
    ['slave', [], 0.9, second],
    ['slave', [first], 0, second],
    ['slave', [first, second], 0.9, primary],
    ['slave', [primary, first, second], 0, primary],
    ['all', [], 0, primary],
    ['all', [primary], 0, first],
  ] as const)('with %s goes where somebody answers', (scaleReads, away, random, expected) => {
    expect(readsFrom(scaleReads, away, random)).toBe(expected);
  });

  it('goes where its user says, while that node answers', () => {
    expect(readsFrom(() => second, [])).toBe(second);
    expect(readsFrom(() => [first, second], [first])).toBe(second);
    expect(readsFrom(() => second, [second])).toBe(primary);
    expect(readsFrom(() => null, [])).toBe(primary);
  });

  it('goes past a node that is not in the pool', () => {
    const options: Record<string, unknown> = { scaleReads: 'slave' };
    readFromAnswering(
      { options },
      () => false,
      () => 0,
    );
    expect((options['scaleReads'] as Choose)([primary, undefined], {})).toBe(primary);
  });

  it('is chosen once, also for a client that took over the options of another one', () => {
    const options: Record<string, unknown> = { scaleReads: 'slave' };
    const isAway = (node: Redis): boolean => node === first;
    readFromAnswering({ options }, isAway, () => 0);
    const duplicate = { options: { ...options } };
    readFromAnswering(
      duplicate,
      () => false,
      () => 0,
    );
    expect((duplicate.options['scaleReads'] as Choose)(nodes, {})).toBe(first);
  });

  it('is left alone where only primaries are read', () => {
    const options = { scaleReads: 'master' };
    readFromAnswering(
      { options },
      () => true,
      () => 0,
    );
    expect(options.scaleReads).toBe('master');
  });
});
