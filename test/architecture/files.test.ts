import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { packageNames, sourceOf } from './source-files.ts';

const sources = packageNames.flatMap((name) => sourceOf(name));

it('every file is named after its one concept', () => {
  const nameless = /(^|[/.-])(utils?|helpers?|types|common|constants|managers?|misc|shared)([/.-]|$)/;
  expect(pathsOf(({ path }) => nameless.test(path))).toEqual([]);
});

it('every file is named in kebab-case', () => {
  expect(pathsOf(({ name }) => !/^[a-z0-9]+([.-][a-z0-9]+)*\.ts$/.test(name))).toEqual([]);
});

it('every export is listed by name', () => {
  expect(pathsOf(({ text }) => /^export \*/m.test(text))).toEqual([]);
});

it('the files that only export hold no logic', () => {
  const entries = sources.filter(({ name }) => name === 'index.ts');
  const logic = entries.filter(({ text }) =>
    /^(import|const|let|function|class|export (const|function|class))\b/m.test(text),
  );
  expect(logic.map(({ path }) => path)).toEqual([]);
});

it('no folder holds more than 16 files beside index.ts', () => {
  const counts = new Map<string, number>();
  for (const { path, name } of sources) {
    if (name !== 'index.ts') counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  const crowded = [...counts].filter(([, count]) => count > 16).map(([folder]) => folder);
  expect(crowded).toEqual([]);
});

it('no file is longer than 250 lines, and half of them are under 90', () => {
  const lengths = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  expect(lengths.filter(({ lines }) => lines > 250)).toEqual([]);
  const sorted = lengths.map(({ lines }) => lines).toSorted((left, right) => left - right);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(90);
});

// oxlint forbids the other ways to read the time or random numbers: timers, Date.now, performance, Math.random.
it('the time of day is read from the clock only', () => {
  const timeless = sources.filter(({ path }) => !/^packages\/(testing|cli)\//.test(path));
  const readers = timeless.filter(({ text }) => /new Date\(\)|\bDate\(\)/.test(text));
  expect(readers.map(({ path }) => path)).toEqual([]);
});

function pathsOf(isWrong: (file: (typeof sources)[number]) => boolean): string[] {
  return sources.filter(isWrong).map(({ path }) => path);
}
