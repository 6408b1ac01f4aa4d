import { describe, expect, it } from 'vitest';
import { blockingTimeoutMs } from '../../../packages/core/src/catalogue/blocking-timeout.ts';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';

function timeoutOf(name: string, ...args: unknown[]): number | undefined {
  return blockingTimeoutMs(traitsOf(name), args);
}

describe('the timeout of a blocking call', () => {
  it.each([
    ['blpop', ['q', 'r', 5], 5_000],
    ['BRPOP', ['q', '0.25'], 250],
    ['brpop', ['q', 1e-4], 1],
    ['brpoplpush', ['q', 'r', '2'], 2_000],
    ['blmove', ['q', 'r', 'LEFT', 'RIGHT', 3], 3_000],
    ['blmovem', ['q', 'r', 'LEFT', 'RIGHT', 3, 'COUNT', 5, 'OBO'], 3_000],
    ['bzpopmin', ['z', '1.5'], 1_500],
    ['bzpopmax', ['z', Buffer.from('4')], 4_000],
    ['blmpop', ['6', 1, 'q', 'LEFT', 'COUNT', 9], 6_000],
    ['bzmpop', [0.5, 1, 'z', 'MIN'], 500],
    ['xread', ['BLOCK', 700, 'STREAMS', 's', '$'], 700],
    ['xread', ['COUNT', 2, 'block', '700', 'STREAMS', 's', '$'], 700],
    ['xreadgroup', ['GROUP', 'g', 'c', 'COUNT', 1, 'BLOCK', 900, 'NOACK', 'STREAMS', 's', '>'], 900],
    ['xreadgroup', ['GROUP', 'block', '50', 'BLOCK', 900, 'STREAMS', 's', '>'], 900],
    ['wait', [1, 800], 800],
    ['waitaof', [1, 0, '800'], 800],
    ['blpop', ['q', '1e1'], 10_000],
  ] as const)('lets %s %j wait for %d ms', (name, args, ms) => {
    expect(timeoutOf(name, ...args)).toBe(ms);
  });

  it.each([
    ['blpop', ['q', 0]],
    ['blpop', ['q', '0']],
    ['blpop', ['q', '0.0']],
    ['bzmpop', ['0', 1, 'z', 'MIN']],
    ['blmovem', ['q', 'r', 'LEFT', 'RIGHT', '0', 'COUNT', 5, 'OBO']],
    ['xread', ['BLOCK', 0, 'STREAMS', 's', '$']],
    ['wait', [1, 0]],
    ['waitaof', [1, 1, 0]],
  ] as const)('lets %s %j wait for ever', (name, args) => {
    expect(timeoutOf(name, ...args)).toBe(Infinity);
  });

  it.each([
    ['get', ['k']],
    ['lpop', ['q', 5]],
    ['subscribe', ['c']],
    ['monitor', []],
    ['eval', ['x', 5]],
    ['bogus', ['q', 5]],
    ['xread', ['STREAMS', 's', '0']],
    ['xread', ['STREAMS', 'BLOCK', '500']],
    ['xread', ['COUNT', 5, 'STREAMS', 's', '0']],
    ['xreadgroup', ['GROUP', 'block', '50', 'STREAMS', 's', '>']],
    ['xread', ['BLOCK']],
    ['xread', ['BLOCK', '1.5', 'STREAMS', 's', '$']],
    ['blpop', []],
    ['blpop', ['q', 'soon']],
    ['blpop', ['q', '']],
    ['blpop', ['q', ' 5']],
    ['blpop', ['q', -1]],
    ['blpop', ['q', Number.NaN]],
    ['blpop', ['q', Infinity]],
    ['blpop', ['q', '1e300']],
    ['blpop', ['q', {}]],
    ['wait', [1]],
    ['wait', [1, -5]],
    ['blmpop', ['x', 1, 'q', 'LEFT']],
  ] as const)('is not there for %s %j', (name, args) => {
    expect(timeoutOf(name, ...args)).toBeUndefined();
  });
});
