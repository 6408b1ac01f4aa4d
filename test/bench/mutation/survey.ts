import type { JudgeProcess } from './judge-process.js';
import type { Change, Reached, TestName } from './judge.js';
import { placeAround, type Place } from './places.js';
import { isOwnTest } from './pure-tests.js';

/** A test that reaches a mutant. */
export interface Witness {
  readonly name: TestName;
  /** How long the test takes without a mutant, in milliseconds. */
  readonly ms: number;
  /** Whether the test belongs to the file that contains the mutant. */
  readonly isOwn: boolean;
}

type SurveyedTest = Omit<Witness, 'isOwn'>;

/** The places in each file that each test reaches. */
export class Survey {
  /** For each file, the tests that reach each of its places. */
  readonly #tests = new Map<string, Map<number, Set<SurveyedTest>>>();
  /** For each file, the places that run when the file is loaded. */
  readonly #atLoad = new Map<string, Set<number>>();

  /**
   * Runs all tests of some files once, and records which places they reach. Throws if a test fails without a mutant,
   * because then every mutant would seem to be caught.
   */
  async walk(judge: JudgeProcess, tests: string[], changes: readonly Change[]): Promise<void> {
    for (let file = tests.shift(), first = true; file !== undefined; file = tests.shift(), first = false) {
      const answer = await judge.ask({ kind: 'survey', file, changes: first ? changes : [] });
      if (answer?.kind !== 'surveyed') {
        const why = answer?.kind === 'failed' ? `: ${answer.error}` : '';
        throw new Error(`Tests fail before anything is changed: ${file}${why}`);
      }
      for (const [source, places] of answer.atLoad) {
        const known = entryOf(this.#atLoad, source, () => new Set<number>());
        for (const place of places) known.add(place);
      }
      for (const [index, { ms, reached }] of answer.walks.entries())
        this.#add({ name: [file, index], ms }, reached);
    }
  }

  /** Returns the tests that reach a part of a file: first the tests of the file itself, then the fastest ones. */
  witnessesOf(file: string, places: readonly Place[], part: Place): Witness[] {
    const place = placeAround(places, part);
    const byPlace = this.#tests.get(file) ?? new Map<number, Set<SurveyedTest>>();
    // Code that runs when the file is loaded affects everything in the file, so all tests of the file count
    // as tests that reach it.
    const isAtLoad = place < 0 || this.#atLoad.get(file)?.has(place) === true;
    const found = isAtLoad
      ? new Set([...byPlace.values()].flatMap((tests) => [...tests]))
      : (byPlace.get(place) ?? []);
    return Array.from(found, ({ name, ms }) => ({ name, ms, isOwn: isOwnTest(name[0], file) })).toSorted(
      (one, other) => Number(other.isOwn) - Number(one.isOwn) || one.ms - other.ms,
    );
  }

  #add(test: SurveyedTest, reached: readonly Reached[]): void {
    for (const [file, places] of reached) {
      const byPlace = entryOf(this.#tests, file, () => new Map<number, Set<SurveyedTest>>());
      for (const place of places) entryOf(byPlace, place, () => new Set<SurveyedTest>()).add(test);
    }
  }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
