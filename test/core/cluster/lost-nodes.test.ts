import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, test } from 'vitest';
import { LostNodes } from '../../../packages/core/src/cluster/lost-nodes.ts';
import { EstablishError } from '../../../packages/core/src/connection/establish.ts';

const refused = new EstablishError('connection-refused', undefined);

function start(): { clock: ManualClock; nodes: LostNodes } {
  const clock = new ManualClock();
  return { clock, nodes: new LostNodes(clock, () => 0.5, 100) };
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

  test('of which none comes back are forgotten, the oldest first', () => {
    const { nodes } = start();
    for (let port = 0; port < 100; port++) nodes.lost(`a:${port}`, refused);
    expect(nodes.has('a:35')).toBe(false);
    expect(nodes.has('a:36')).toBe(true);
    expect(nodes.has('a:99')).toBe(true);
  });
});
