import { parseArgs } from 'node:util';
import { wholeNumber } from '../bench/report/whole-number.ts';
import { mistakeNames } from './prove/mistakes.ts';

/** The options of the command line. */
export type Request =
  | { readonly kind: 'help' }
  /** Many seeds, or one. */
  | { readonly kind: 'seeds'; readonly seeds: readonly number[]; readonly seconds: number }
  /** One seed with some of its faults, as a failure is printed. */
  | {
      readonly kind: 'again';
      readonly seed: number;
      readonly seconds: number;
      readonly faults: readonly number[];
      readonly trace: boolean;
    }
  | {
      readonly kind: 'prove';
      readonly mistakes: readonly string[];
      readonly mostSeeds: number;
      readonly seconds: number;
    };

export const usage = `Lives through random faults under simulated time, on the real core and the real ioredis.

  npm run simulate                              1,000 seeds of 60 simulated seconds
  npm run simulate -- --seeds 100 --seconds 20  fewer, and shorter ones
  npm run simulate -- --from 1001               as many others, from this seed on
  npm run simulate -- --seed 17                 one seed; twice the same digest
  npm run simulate -- --seed 17 --faults 2,3    one seed with some of its faults; --trace prints everything
  npm run simulate -- --prove                   known mistakes, one at a time: each must be found
  npm run simulate -- --prove --mistake NAME    one of them: ${mistakeNames.join(', ')}

Fails when anything is found.`;

/** @throws Error with a message of one line when the arguments are invalid */
export function requestIn(args: readonly string[]): Request {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      faults: { type: 'string' },
      trace: { type: 'boolean', default: false },
      prove: { type: 'boolean', default: false },
      mistake: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  const seconds = wholeNumber('--seconds', values.seconds, 20, 3_600);
  if (values.prove) {
    if (values.from !== undefined) throw new Error('--prove begins with seed 1, and takes no --from.');
    const mostSeeds = wholeNumber('--seeds', values.seeds ?? '200', 1, 100_000);
    return { kind: 'prove', mistakes: mistakesIn(values.mistake), mostSeeds, seconds };
  }
  if (values.mistake !== undefined) throw new Error('--mistake goes with --prove only.');
  if (values.seed === undefined) {
    if (values.faults !== undefined || values.trace) throw new Error('--faults and --trace need a --seed.');
    const count = wholeNumber('--seeds', values.seeds ?? '1000', 1, 1_000_000);
    const first = wholeNumber('--from', values.from ?? '1', 1, 2 ** 31 - 1_000_000);
    return { kind: 'seeds', seeds: Array.from({ length: count }, (_, index) => first + index), seconds };
  }
  if (values.seeds !== undefined || values.from !== undefined)
    throw new Error('--seed says which one: --seeds and --from do not go with it.');
  const seed = wholeNumber('--seed', values.seed, 1, 2 ** 31);
  if (values.faults === undefined && !values.trace) return { kind: 'seeds', seeds: [seed], seconds };
  const given = values.faults === undefined || values.faults === '' ? [] : values.faults.split(',');
  const faults = given.map((each) => wholeNumber('--faults', each, 1, 10_000));
  return { kind: 'again', seed, seconds, faults, trace: values.trace };
}

function mistakesIn(name: string | undefined): readonly string[] {
  if (name === undefined) return mistakeNames;
  if (mistakeNames.includes(name)) return [name];
  throw new Error(`--mistake ${name} is unknown. These are known: ${mistakeNames.join(', ')}.`);
}
