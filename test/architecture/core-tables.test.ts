import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coreTables, markdownOf, readme } from './core-tables.ts';

describe.each(coreTables())('the table of $name in the README of core', (table) => {
  // `UPDATE_README=1 npx vitest run architecture` in test/ writes the tables into the README.
  it('says what the source says', async () => {
    const markdown = await markdownOf(table);
    const text = readFileSync(readme, 'utf8');
    const between = new RegExp(`(<!-- ${table.name} -->\n)[^]*?(<!-- /${table.name} -->)`);
    const expected = text.replace(
      between,
      (_all, before: string, after: string) => `${before}\n${markdown}\n${after}`,
    );
    if (process.env['UPDATE_README']) writeFileSync(readme, expected);
    else expect(text).toBe(expected);
    expect(expected).toMatch(between);
  });

  it('has a full row for each of them', () => {
    expect(table.codes.length).toBeGreaterThan(2);
    expect(table.rows.map(([code = '']) => code.replaceAll('`', ''))).toEqual(table.codes);
    expect(table.rows.flat().filter((cell) => cell.trim() === '')).toEqual([]);
  });
});
