import { describe, expect, it } from 'vitest';
import { Progress } from '../../../packages/core/src/socket/progress.ts';

const asked = { name: 'get' };
const askedNext = { name: 'set' };

describe('bytes that are read', () => {
  it('are a sign of life while nothing is asked', () => {
    const progress = new Progress();
    expect([1, 1, 1].map((bytes) => progress.isMadeBy(bytes, undefined))).toEqual([true, true, true]);
  });

  it('are a sign of life with each answer, however short', () => {
    const progress = new Progress();
    expect([asked, askedNext, asked].map((pending) => progress.isMadeBy(5, pending))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('are no sign of life while an answer that has begun only trickles', () => {
    const progress = new Progress();
    expect(progress.isMadeBy(1, asked)).toBe(true);
    for (let bytes = 1; bytes < 512; bytes++) expect(progress.isMadeBy(1, asked)).toBe(false);
    expect(progress.isMadeBy(1, asked)).toBe(true);
    for (let bytes = 1; bytes < 512; bytes++) expect(progress.isMadeBy(1, asked)).toBe(false);
    expect(progress.isMadeBy(1, asked)).toBe(true);
  });

  it('are a sign of life with each large piece of a long answer', () => {
    const progress = new Progress();
    expect([65_536, 512, 511].map((bytes) => progress.isMadeBy(bytes, asked))).toEqual([true, true, false]);
  });

  it('are a sign of life when the same question is asked again after a rest', () => {
    const progress = new Progress();
    expect(progress.isMadeBy(1, asked)).toBe(true);
    progress.rest();
    expect(progress.isMadeBy(1, asked)).toBe(true);
  });

  it('are counted from zero for the next answer', () => {
    const progress = new Progress();
    progress.isMadeBy(1, asked);
    progress.isMadeBy(500, asked);
    expect(progress.isMadeBy(500, askedNext)).toBe(true);
    expect(progress.isMadeBy(500, askedNext)).toBe(false);
    expect(progress.isMadeBy(12, askedNext)).toBe(true);
  });
});
