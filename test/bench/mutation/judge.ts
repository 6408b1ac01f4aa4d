import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vitest from 'vitest';
import { withinTurns } from './endless-test.js';
import { ModuleLoader, type Modules } from './module-loader.js';
import { declarations, TestFile, type Runner } from './test-file.js';

/** One test: the path of its file under test/core, and its index in that file. */
export type TestName = readonly [file: string, index: number];

/** The path of a file under packages/core/src, and the source code to use instead of its content. */
export type Change = readonly [file: string, source: string];

/**
 * A request to the process that runs tests: either record which places the tests reach, or find the first test that
 * fails.
 */
export type JudgeQuestion =
  | { readonly kind: 'survey'; readonly file: string; readonly changes: readonly Change[] }
  | { readonly kind: 'try'; readonly change: Change | undefined; readonly tests: readonly TimedTest[] };

/** A test, and its usual duration in milliseconds. */
export type TimedTest = readonly [name: TestName, ms: number];

/** The duration of a test, and the places that it reaches in each file. */
export interface Walk {
  readonly ms: number;
  readonly reached: readonly Reached[];
}

export type Reached = readonly [file: string, places: readonly number[]];

/** A message from the process that runs tests against mutants. */
export type JudgeAnswer =
  | { readonly kind: 'ready' }
  /** Said now and then while tests run: a test begins that usually takes so long. */
  | { readonly kind: 'running'; readonly ms: number }
  | { readonly kind: 'surveyed'; readonly atLoad: readonly Reached[]; readonly walks: readonly Walk[] }
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly test: TestName; readonly error: string };

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const loader = new ModuleLoader(join(root, 'test'), new Map([['vitest', { ...vitest, ...declarations }]]));

/** Errors that nobody handled, except those for which the current test has a listener. */
let strays: unknown[] = [];
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error) => {
    if (process.listenerCount(event) === 1) strays.push(error);
  });
}

const runner: Runner = async (work) => {
  await withinTurns(work);
  if (strays.length > 0) throw strays[0];
};

// With a fixed seed, property-based tests draw the same values in each run.
(loader.package('fast-check') as typeof import('fast-check')).configureGlobal({ seed: 1 });

process.on('message', (question: JudgeQuestion) => void answer(question).then(say));
process.once('disconnect', () => process.exit());
say({ kind: 'ready' });

function say(answer: JudgeAnswer): void {
  process.send?.(answer);
}

let saidAt = 0;

function sayRunning(ms: number): void {
  if (ms < 200 && performance.now() - saidAt < 500) return;
  saidAt = performance.now();
  say({ kind: 'running', ms });
}

async function answer(question: JudgeQuestion): Promise<JudgeAnswer> {
  strays = [];
  const changes = question.kind === 'survey' ? question.changes : question.change ? [question.change] : [];
  try {
    for (const [file, source] of changes) loader.change(sourcePath(file), source);
  } catch (error) {
    return { kind: 'failed', test: ['', 0], error: String(error) };
  }
  try {
    return question.kind === 'survey' ? await survey(question.file) : await firstFailure(question.tests);
  } finally {
    if (question.kind === 'try') for (const [file] of changes) loader.change(sourcePath(file), undefined);
  }
}

async function survey(name: string): Promise<JudgeAnswer> {
  const take = collectPlaces();
  const file = testFile(name, new Map());
  const atLoad = take();
  const walks: Walk[] = [];
  for (let index = 0; index < file.length; index++) {
    const startedAt = performance.now();
    try {
      await file.run(index, runner);
    } catch (error) {
      return { kind: 'failed', test: [name, index], error: textOf(error) };
    }
    walks.push({ ms: performance.now() - startedAt, reached: take() });
  }
  await file.end(runner);
  return { kind: 'surveyed', atLoad, walks };
}

async function firstFailure(tests: readonly TimedTest[]): Promise<JudgeAnswer> {
  const modules: Modules = new Map();
  const files = new Map<string, TestFile>();
  for (const [test, ms] of tests) {
    const [name, index] = test;
    sayRunning(ms);
    try {
      const file = files.get(name) ?? testFile(name, modules);
      files.set(name, file);
      sayRunning(ms);
      await file.run(index, runner);
    } catch (error) {
      return { kind: 'failed', test, error: textOf(error) };
    }
  }
  for (const file of files.values()) await file.end(runner);
  return { kind: 'passed' };
}

function testFile(name: string, modules: Modules): TestFile {
  return new TestFile(() => loader.load(join(root, 'test/core', name), modules));
}

/**
 * Makes the loaded files record which places are reached; the returned function returns the places since its
 * previous call.
 */
function collectPlaces(): () => Reached[] {
  const bytes = new Map<string, Uint8Array>();
  const bytesOf = (file: string, length: number): Uint8Array => {
    const known = bytes.get(file) ?? new Uint8Array(length);
    bytes.set(file, known);
    return known;
  };
  Object.assign(globalThis, { bytesOf });
  return () =>
    [...bytes].flatMap(([file, marks]): Reached[] => {
      const places: number[] = [];
      for (let place = marks.indexOf(1); place >= 0; place = marks.indexOf(1, place + 1)) places.push(place);
      marks.fill(0);
      return places.length === 0 ? [] : [[file, places]];
    });
}

function sourcePath(file: string): string {
  return join(root, 'packages/core/src', file);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
