import { expect, it } from 'vitest';
import { packageNames, sourceOf } from './source-files.ts';

const sources = packageNames.flatMap((name) => sourceOf(name));

it('names each file after its one concept', () => {
  const nameless = /(^|[/.-])(utils?|helpers?|types|common|constants|managers?|misc|shared)([/.-]|$)/;
  expect(pathsOf(({ path }) => nameless.test(path))).toEqual([]);
});

it('names each file in kebab-case', () => {
  expect(pathsOf(({ name }) => !/^[a-z0-9]+([.-][a-z0-9]+)*\.ts$/.test(name))).toEqual([]);
});

it('lists what it exports by name', () => {
  expect(pathsOf(({ text }) => /^export \*/m.test(text))).toEqual([]);
});

it('keeps logic out of the files that export', () => {
  const entries = sources.filter(({ name }) => name === 'index.ts');
  const logic = entries.filter(({ text }) =>
    /^(import|const|let|function|class|export (const|function|class))\b/m.test(text),
  );
  expect(logic.map(({ path }) => path)).toEqual([]);
});

// The linter forbids the rest: timers, Date.now, performance, Math.random.
it('takes the time of day from the clock', () => {
  const timeless = sources.filter(({ path }) => !/^packages\/(testing|cli)\//.test(path));
  const readers = timeless.filter(({ text }) => /new Date\(\)|\bDate\(\)/.test(text));
  expect(readers.map(({ path }) => path)).toEqual([]);
});

function pathsOf(isWrong: (file: (typeof sources)[number]) => boolean): string[] {
  return sources.filter(isWrong).map(({ path }) => path);
}
