import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { optionsTable, readme } from './options-table.ts';

const between = /(<!-- options -->\n)[^]*?(<!-- \/options -->)/;

// `UPDATE_README=1 npx vitest run architecture` in test/ writes it anew.
it("core's README shows the options as their source describes them", async () => {
  const table = await optionsTable();
  const text = readFileSync(readme, 'utf8');
  const expected = text.replace(
    between,
    (_all, before: string, after: string) => `${before}\n${table}\n${after}`,
  );
  if (process.env['UPDATE_README']) writeFileSync(readme, expected);
  else expect(text).toBe(expected);
  expect(expected).toMatch(between);
  expect(table).toContain('`connection.credentials`');
});
