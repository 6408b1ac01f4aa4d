import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pictures } from '../../packages/docs/pictures/pictures.mjs';
import { bookPages, root } from './pages.ts';

const folder = join(root, 'packages/docs/pictures');
const screenshots = readdirSync(folder).filter((name) => name.endsWith('.png'));

it('the book has screenshots, each of which loads fast on a phone', () => {
  expect(screenshots.length).toBeGreaterThan(2);
  expect(screenshots.filter((name) => statSync(join(folder, name)).size > 80_000)).toEqual([]);
});

it.each([...pictures])('%s is as it is drawn now (UPDATE_README=1 draws it)', (name, drawn) => {
  const file = join(folder, name);
  if (process.env['UPDATE_README'] === '1') writeFileSync(file, drawn);
  expect(existsSync(file) && readFileSync(file, 'utf8') === drawn).toBe(true);
});

it.each([...pictures.keys(), ...screenshots])(
  '%s is shown on a page, with words for those who cannot see it',
  (name) => {
    const shown = bookPages().flatMap(({ text }) =>
      Array.from(
        text.matchAll(new RegExp(`!\\[([^\\]]*)\\]\\([./]*pictures/${name}\\)`, 'g')),
        ([, words = '']) => words,
      ),
    );
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter((words) => words.length < 20)).toEqual([]);
  },
);
