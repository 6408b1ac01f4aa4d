import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optionsTables, readmeOf, renderTable, rowsOf } from './options-table.ts';

const rows = optionsTables.map((table) => [table.package, table.name ?? 'all options', table] as const);

describe.each(rows)('the README of %s: %s', (_package, _name, table) => {
  // `UPDATE_README=1 npx vitest run architecture` in test/ writes the tables into the READMEs.
  it('shows the options as their source describes them', async () => {
    const readme = readmeOf(table.package);
    const marker = table.name === undefined ? 'options' : `options: ${table.name}`;
    const between = new RegExp(`(<!-- ${marker} -->\n)[^]*?(<!-- /options -->)`);
    const rendered = await renderTable(table);
    const text = readFileSync(readme, 'utf8');
    const expected = text.replace(
      between,
      (_all, before: string, after: string) => `${before}\n${rendered}\n${after}`,
    );
    if (process.env['UPDATE_README']) writeFileSync(readme, expected);
    else expect(text).toBe(expected);
    expect(expected).toMatch(between);
    expect(rendered.split('\n').length).toBeGreaterThan(2);
  });

  it('says of each option what it is by default', () => {
    const silent = rowsOf(table).filter(({ meaning }) => !/Default/.test(meaning));
    const ownWords = /^`(clock|random|admission|circuit|retry|connection|retry\.categories)`/;
    expect(silent.map(({ names }) => names).filter((names) => !ownWords.test(names))).toEqual([]);
  });
});
