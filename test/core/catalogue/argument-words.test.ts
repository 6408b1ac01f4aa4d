import { describe, expect, it } from 'vitest';
import { decimalAt, integerAt } from '../../../packages/core/src/catalogue/arguments/argument-words.ts';

describe('a number among the arguments', () => {
  it.each([
    ['1', 1],
    ['-1.5', -1.5],
    ['+.5', 0.5],
    ['2.', 2],
    ['1e3', 1_000],
    ['', Number.NaN],
    [' 1', Number.NaN],
    ['0x10', 16],
    ['-0x0.1', -0.0625],
    ['0X1p3', 8],
    ['0x', Number.NaN],
    ['0x.p1', Number.NaN],
    ['Infinity', Number.NaN],
    ['1_000', Number.NaN],
  ])('is read with decimals: "%s" is %d', (text, number) => {
    expect(decimalAt([text], 0)).toBe(number);
  });

  it.each([
    ['7', 7],
    ['-7', -7],
    ['7.5', Number.NaN],
    ['1e3', Number.NaN],
    ['', Number.NaN],
  ])('is read without decimals: "%s" is %d', (text, number) => {
    expect(integerAt([text], 0)).toBe(number);
  });
});
