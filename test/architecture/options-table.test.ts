import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readmeOf, renderTable, rowsOf, type OptionsTable } from './options-table.ts';
import { optionsTables, readmeTables } from './options-tables.ts';

describe.each(titled(readmeTables))('the README of %s: %s', (_package, _name, table) => {
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
});

it.each(titled(optionsTables))(
  '%s, %s: says of each option what it is by default',
  (_package, _name, table) => {
    const rows = rowsOf(table);
    const silent = rows.filter(({ meaning }) => !/Default|Required/.test(meaning));
    expect(rows.length).toBeGreaterThan(0);
    expect(silent.map(({ names }) => names).filter((names) => !hasNoDefault.test(names))).toEqual([]);
  },
);

/**
 * Matches options for which a default value would mean nothing: sources of time and random numbers,
 * categories of commands, and the signal of a call.
 */
const hasNoDefault = /^`(clock|random|retry\.categories|signal)`/;

function titled(tables: readonly OptionsTable[]) {
  return tables.map((table) => [table.package, table.name ?? 'all options', table] as const);
}
