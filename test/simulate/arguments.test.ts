import { expect, it } from 'vitest';
import { requestIn } from './arguments.ts';
import { mistakeNames } from './prove/mistakes.ts';

it.each([
  ['--seeds 0', '--seeds takes whole numbers from 1 to 1000000, not "0".'],
  ['--seconds 1e9', '--seconds takes whole numbers from 20 to 3600, not "1e9".'],
  ['--from 0', '--from takes whole numbers from 1 to 2146483648, not "0".'],
  ['--seed 1 --seeds 2', '--seed says which one: --seeds and --from do not go with it.'],
  ['--seed 1 --from 2', '--seed says which one: --seeds and --from do not go with it.'],
  ['--prove --from 2', '--prove begins with seed 1, and takes no --from.'],
  ['--faults 1', '--faults and --trace need a --seed.'],
  ['--seed 1 --faults 0', '--faults takes whole numbers from 1 to 10000, not "0".'],
  ['--mistake settle-twice', '--mistake goes with --prove only.'],
  ['--prove --mistake none', `--mistake none is unknown. These are known: ${mistakeNames.join(', ')}.`],
  ['--fast', "Unknown option '--fast'"],
  ['17', 'Unexpected argument'],
])('%s is refused by name', (line, message) => {
  expect(() => requestIn(line.split(' '))).toThrow(message);
});

it('without arguments, 1,000 seeds of 60 s are asked for', () => {
  expect(requestIn([])).toMatchObject({ kind: 'seeds', seconds: 60, seeds: { length: 1_000 } });
});

it('as many seeds as wanted are asked for, from any one on', () => {
  expect(requestIn(['--seeds', '3', '--from', '1001'])).toMatchObject({ seeds: [1_001, 1_002, 1_003] });
});

it('a seed with some of its faults is asked for by their numbers', () => {
  expect(requestIn(['--seed', '17', '--faults', '2,3'])).toEqual({
    kind: 'again',
    seed: 17,
    seconds: 60,
    faults: [2, 3],
    trace: false,
  });
});
