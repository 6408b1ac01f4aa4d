import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { coreTables, markdownOf } from './core-tables.ts';
import { renderTable } from './options-table.ts';
import { optionsTables } from './options-tables.ts';
import { root } from '../docs/pages.ts';

const folder = join(root, 'packages/docs/reference');
const [events, errors, causes] = coreTables();

describe.each([
  { page: 'options.md', name: 'options', render: renderOptions },
  { page: 'events.md', name: 'events', render: () => markdownOf(events!) },
  { page: 'causes.md', name: 'causes', render: () => markdownOf(causes!) },
])('the reference page $page', ({ page, name, render }) => {
  // `UPDATE_README=1 npx vitest run architecture` in test/ writes the table into the page.
  it('says what the source says', async () => {
    const file = join(folder, page);
    const text = readFileSync(file, 'utf8');
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    const table = await render();
    const expected = await format(
      text.replace(between, (_all, before: string, after: string) => `${before}\n${table}\n${after}`),
      { ...(await resolveConfig(file)), parser: 'markdown' },
    );
    expect(text).toMatch(between);
    if (process.env['UPDATE_README']) writeFileSync(file, expected);
    else expect(text).toBe(expected);
  });
});

it('every error code has a page, which says what happened, whether to repeat, and what to do', () => {
  const codes = errors!.codes;
  expect(codes.length).toBeGreaterThan(7);
  for (const code of codes) {
    const page = readFileSync(
      join(folder, 'errors', `${code.toLowerCase().replaceAll('_', '-')}.md`),
      'utf8',
    );
    expect(page).toMatch(
      new RegExp(
        `^# \`${code}\`[^]*\\*\\*What happened\\.\\*\\*[^]*\\*\\*Is it safe to repeat\\?\\*\\*[^]*\\*\\*What to do\\.\\*\\*`,
      ),
    );
    expect(readFileSync(join(folder, 'errors/index.md'), 'utf8')).toContain(`\`${code}\``);
  }
});

/** The tables of all options, under the headings of their packages. */
async function renderOptions(): Promise<string> {
  const parts: string[] = [];
  let last: string | undefined;
  for (const table of optionsTables) {
    if (table.package !== last)
      parts.push(`## ${table.package}`, `[README](../../${table.package}/README.md)`);
    if (table.name !== undefined) parts.push(`### \`${table.name}\``);
    parts.push(await renderTable(table));
    last = table.package;
  }
  return parts.join('\n\n');
}
