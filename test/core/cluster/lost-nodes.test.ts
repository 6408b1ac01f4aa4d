import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, test } from 'vitest';
import { LostNodes } from '../../../packages/core/src/cluster/lost-nodes.ts';
import { EstablishError } from '../../../packages/core/src/handshake/establish.ts';

const refused = new EstablishError('connection-refused', undefined);

function start(random = 0.5): { clock: ManualClock; nodes: LostNodes } {
  const clock = new ManualClock();
  return { clock, nodes: new LostNodes(clock, () => random, 100) };
}

describe('lost nodes', () => {
  test('are tried once a period, and meanwhile told what the last attempt met', () => {
    const { clock, nodes } = start();
    nodes.lost('a:1', refused);
    expect(() => nodes.checkTurn('a:1')).toThrow(refused);
    expect(() => nodes.checkTurn('b:1')).not.toThrow();
    clock.travel(99);
    expect(() => nodes.checkTurn('a:1')).toThrow(refused);
    clock.travel(1);
    expect(() => nodes.checkTurn('a:1')).not.toThrow();
    expect(nodes.has('a:1')).toBe(true);
    nodes.lost('a:1', refused);
    expect(() => nodes.checkTurn('a:1')).toThrow(refused);
    nodes.found('a:1');
    expect(() => nodes.checkTurn('a:1')).not.toThrow();
    expect(nodes.has('a:1')).toBe(false);
  });

  test.each([
    [0, 90],
    [0.25, 95],
    [0.75, 105],
  ])('wait for the period, spread by a tenth: at %d of the spread %d ms', (random, waitMs) => {
    const { clock, nodes } = start(random);
    nodes.lost('a:1', refused);
    clock.travel(waitMs - 1);
    expect(() => nodes.checkTurn('a:1')).toThrow(refused);
    clock.travel(1);
    expect(() => nodes.checkTurn('a:1')).not.toThrow();
  });

  test('matter only where they own slots', () => {
    const { nodes } = start();
    nodes.lost('a:1', refused);
    expect(nodes.judge(new Set(['b:1']))).toBe(false);
    expect(nodes.partlyAwayBy).toBeUndefined();
    expect(nodes.judge(new Set(['a:1', 'b:1']))).toBe(true);
    expect(nodes.partlyAwayBy).toBe('connection-refused');
    expect(nodes.judge(new Set(['a:1', 'b:1']))).toBe(false);
    nodes.found('a:1');
    expect(nodes.judge(new Set(['a:1', 'b:1']))).toBe(true);
    expect(nodes.partlyAwayBy).toBeUndefined();
  });

  test('whose attempts were given up have not connected in time', () => {
    const { nodes } = start();
    nodes.lost('a:1', new DOMException('Not connected in time.', 'TimeoutError'));
    nodes.judge(new Set(['a:1']));
    expect(nodes.partlyAwayBy).toBe('connect-timeout');
  });

  test('that were lost again are not the oldest', () => {
    const { nodes } = start();
    for (let port = 0; port < 64; port++) nodes.lost(`a:${port}`, refused);
    nodes.lost('a:0', refused);
    nodes.lost('a:64', refused);
    expect(nodes.has('a:0')).toBe(true);
    expect(nodes.has('a:1')).toBe(false);
  });

  test('of which none comes back are forgotten, the oldest first', () => {
    const { nodes } = start();
    for (let port = 0; port < 100; port++) nodes.lost(`a:${port}`, refused);
    expect(nodes.has('a:35')).toBe(false);
    expect(nodes.has('a:36')).toBe(true);
    expect(nodes.has('a:99')).toBe(true);
  });
});
