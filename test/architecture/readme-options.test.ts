import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceOf } from './source-files.ts';

const root = join(import.meta.dirname, '../..');
// The options of `forRootAsync` are left out, because Nest defines them.
const optionsInterface = /^export interface (?!\w*Async)\w*(?:Options|Policy|Extras)\b[^{]*\{([^]*?)^\}/gm;
/** A table of options, or of decorators with their options; its rows are captured. */
const optionTable = /^\| (?:option|decorator)\b[^|]*\|.*\n\|[ -|]*\n((?:\|.*\n)*)/gm;
const member = /^ {2}readonly (\w+)\?:/gm;

it.each(['express', 'koa', 'nestjs', 'telemetry'])(
  'the README of %s lists every option in a table',
  (name) => {
    const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
    const rows = Array.from(readme.matchAll(optionTable), ([, body = '']) => body).join('');
    const firstCells = Array.from(rows.matchAll(/^\| ([^|]*)\|/gm), ([, cell = '']) => cell);
    const listed = new Set(firstCells.join(' ').match(/\w+/g));
    // The options of Express, Koa and Nest extend interfaces of `core/http`.
    const sources = [...sourceOf(name), ...(name === 'telemetry' ? [] : sourceOf('core', 'http'))];
    const options = sources.flatMap(({ text }) =>
      Array.from(text.matchAll(optionsInterface), ([, body]) => body ?? ''),
    );
    const names = options.flatMap((body) => Array.from(body.matchAll(member), ([, option = '']) => option));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((option) => !listed.has(option))).toEqual([]);
  },
);
