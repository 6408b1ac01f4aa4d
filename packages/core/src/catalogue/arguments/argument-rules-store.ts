import { hasText, integerAt, textAt, wordAt } from './argument-words.ts';
import type { ArgumentRule, Effect } from '../effect.ts';

/**
 * Rules for commands that read some keys and write the result to another. The last write wins, except if the
 * destination is also a source: then a second run starts from the result of the first.
 */
export const storeRules: Readonly<Record<string, ArgumentRule>> = {
  copy: (args) => replacing(args, 2),
  restore: (args) => replacing(args, 3),
  sort: (args) => storing(args, 1),
  georadius: (args) => storing(args, 5),
  georadiusbymember: (args) => storing(args, 4),
  geosearchstore: (args) => (hasText(args, textAt(args, 0), 1, 2) ? 'write-accumulating' : 'write-last-wins'),
  zrangestore: (args) => (hasText(args, textAt(args, 0), 1, 2) ? 'write-accumulating' : 'write-last-wins'),
  // SDIFFSTORE gives the same result twice if the destination is its first source, but not if the destination is one of
  // its other sources.
  sdiffstore: (args) => (hasText(args, textAt(args, 0), 2) ? 'write-accumulating' : 'write-last-wins'),
  zdiffstore: (args) => combining(args, 1),
  zunionstore: (args) => combining(args, 0),
  zinterstore: (args) => combining(args, 0),
  bitop: combiningBits,
};

// COPY and RESTORE without REPLACE change nothing in a second run, and reply with 0 or an error, because the first run
// created the destination.
function replacing(args: readonly unknown[], from: number): Effect {
  for (let index = from; index < args.length; index++) {
    if (wordAt(args, index) === 'REPLACE') return 'write-last-wins';
  }
  return 'write-checked';
}

// Number of arguments that follow each option of SORT and GEORADIUS.
const storingOptions: ReadonlyMap<string, number> = new Map([
  ['ASC', 0],
  ['DESC', 0],
  ['ALPHA', 0],
  ['ANY', 0],
  ['WITHCOORD', 0],
  ['WITHDIST', 0],
  ['WITHHASH', 0],
  ['BY', 1],
  ['GET', 1],
  ['COUNT', 1],
  ['LIMIT', 2],
]);

function storing(args: readonly unknown[], from: number): Effect {
  let effect: Effect = 'read';
  for (let index = from; index < args.length; index++) {
    const word = wordAt(args, index);
    if (word === 'STORE' || word === 'STOREDIST') {
      index += 1;
      effect = textAt(args, index) === textAt(args, 0) ? 'write-accumulating' : 'write-last-wins';
      continue;
    }
    const following = storingOptions.get(word);
    if (following === undefined) return 'never';
    index += following;
  }
  return effect;
}

function combining(args: readonly unknown[], harmless: number): Effect {
  const count = integerAt(args, 1);
  if (!(count > 0)) return 'never';
  return hasText(args, textAt(args, 0), 2 + harmless, 2 + count) ? 'write-accumulating' : 'write-last-wins';
}

function combiningBits(args: readonly unknown[]): Effect {
  const operation = wordAt(args, 0);
  if (operation === 'AND' || operation === 'OR') return 'write-last-wins';
  return hasText(args, textAt(args, 1), 2) ? 'write-accumulating' : 'write-last-wins';
}
