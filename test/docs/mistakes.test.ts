import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { likelyMistakes } from './likely-mistakes.ts';
import { root } from './pages.ts';

it('each likely mistake gets the message that its page shows (UPDATE_README=1 writes it)', async () => {
  const page = join(root, 'packages/docs/guides/mistakes.md');
  const rows: string[] = [];
  for (const { written, answer } of likelyMistakes) rows.push(`| ${written} | ${cell(await answer())} |`);
  const table = ['| you wrote, or have | you read |', '| --- | --- |', ...rows].join('\n');
  const text = readFileSync(page, 'utf8');
  const marked = /(<!-- mistakes -->\n\n)[^]*?(\n\n<!-- \/mistakes -->)/;
  const written = text.replace(marked, (_all, begin: string, end: string) => begin + table + end);
  if (process.env['UPDATE_README'] === '1') writeFileSync(page, written);
  expect(withoutPadding(readFileSync(page, 'utf8'))).toBe(withoutPadding(written));
});

function cell(message: string): string {
  return message.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}

/** Removes the padding of the columns, which the formatter may have changed. */
function withoutPadding(text: string): string {
  return text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');
}
