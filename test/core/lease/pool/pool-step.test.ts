import { describe, expect, it } from 'vitest';
import {
  nextPoolStep,
  type PoolFacts,
  type PoolStep,
} from '../../../../packages/core/src/lease/pool/pool-step.ts';

const calm: PoolFacts = {
  waiting: 0,
  idleAlive: 0,
  idleDoubtful: 0,
  coming: 0,
  size: 0,
  min: 0,
  max: 10,
  isServing: true,
};

describe('the next step of a pool', () => {
  it.each<[string, Partial<PoolFacts>, PoolStep]>([
    ['is none while nobody waits', { idleAlive: 2, idleDoubtful: 2, size: 4 }, 'none'],
    ['hands out a live connection', { waiting: 1, idleAlive: 1, size: 1 }, 'hand-out'],
    [
      'hands it out although the shared connection is away',
      { waiting: 1, idleAlive: 1, isServing: false },
      'hand-out',
    ],
    ['asks a connection that was silent for long', { waiting: 1, idleDoubtful: 1, size: 1 }, 'ask'],
    ['asks no more of them than callers wait', { waiting: 1, idleDoubtful: 3, coming: 1, size: 4 }, 'none'],
    ['connects for a caller', { waiting: 1 }, 'connect'],
    ['connects no more than callers wait', { waiting: 2, coming: 2, size: 2 }, 'none'],
    ['connects up to the largest number', { waiting: 5, size: 10 }, 'none'],
    ['connects nothing while Redis is away', { waiting: 5, isServing: false }, 'none'],
    ['keeps the smallest number', { min: 2, size: 1 }, 'connect'],
    ['keeps no more than the smallest number', { min: 2, size: 2 }, 'none'],
    ['lets the smallest number be while Redis is away', { min: 2, isServing: false }, 'none'],
  ])('%s', (_what, facts, step) => {
    expect(nextPoolStep({ ...calm, ...facts })).toBe(step);
  });
});
