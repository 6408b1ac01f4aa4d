import { hasText, integerAt, textAt, wordAt } from './argument-words.ts';
import type { ArgumentRule, Effect } from '../effect.ts';

/** Rules for commands on JSON, search, time series and sketches. */
export const moduleRules: Readonly<Record<string, ArgumentRule>> = {
  'json.set': jsonSet,
  'json.del': jsonDelete,
  'json.forget': jsonDelete,
  'ft.sugadd': (args) => (hasWord(args, 'INCR', 3) ? 'write-accumulating' : 'write-last-wins'),
  'ts.add': addSample,
  'cms.merge': mergeSketches,
  'tdigest.merge': mergeDigests,
};

function jsonSet(args: readonly unknown[]): Effect {
  if (hasWord(args, 'NX', 3)) return 'write-checked';
  return hasWord(args, 'XX', 3) ? 'write-checked-safe' : 'write-last-wins';
}

// JSON.DEL of a whole document is equivalent to DEL. If the path of JSON.DEL contains an index or a filter, a second
// run may delete another element.
function jsonDelete(args: readonly unknown[]): Effect {
  const path = textAt(args, 1);
  if (path === '' || path === '$' || path === '.') return 'write-checked-safe';
  return path.includes('[') ? 'write-accumulating' : 'write-checked';
}

const keepingPolicies = new Set(['FIRST', 'LAST', 'MIN', 'MAX']);

// If TS.ADD names no policy for samples with the same timestamp, the policy of the key applies. That policy may be SUM,
// which adds up the samples.
function addSample(args: readonly unknown[]): Effect {
  if (Number.isNaN(integerAt(args, 1))) return 'write-accumulating';
  for (let index = 3; index < args.length; index++) {
    const word = wordAt(args, index);
    if (word === 'LABELS') break;
    if (word === 'ON_DUPLICATE' && keepingPolicies.has(wordAt(args, index + 1))) return 'write-last-wins';
  }
  return 'write-accumulating';
}

function mergeSketches(args: readonly unknown[]): Effect {
  const count = integerAt(args, 1);
  if (!(count > 0)) return 'never';
  return hasText(args, textAt(args, 0), 2, 2 + count) ? 'write-accumulating' : 'write-last-wins';
}

// TDIGEST.MERGE without OVERRIDE counts the destination as one of the sources, so a second run merges the first result
// again.
function mergeDigests(args: readonly unknown[]): Effect {
  const count = integerAt(args, 1);
  if (!hasWord(args, 'OVERRIDE', 2 + count)) return 'write-accumulating';
  return mergeSketches(args);
}

function hasWord(args: readonly unknown[], word: string, from: number): boolean {
  for (let index = from; index < args.length; index++) if (wordAt(args, index) === word) return true;
  return false;
}
