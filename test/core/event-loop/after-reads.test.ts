import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { afterReads } from '../../../packages/core/src/event-loop/after-reads.ts';

it('afterReads lets two turns of the event loop go by', () => {
  const clock = new ManualClock();
  const order: string[] = [];
  afterReads(clock, () => order.push('action'));
  clock.setImmediate(() => {
    order.push('first turn');
    clock.setImmediate(() => order.push('second turn'));
  });
  clock.travel(0);
  expect(order).toEqual(['first turn', 'action', 'second turn']);
});
