import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkReportFiles, writeReportFiles } from '../../packages/cli/src/drill/report/report-files.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'report-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('checking a report creates and changes nothing', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'report.md'), 'of last week');
  checkReportFiles(join(folder, 'report'));
  expect(readdirSync(folder)).toEqual(['report.md']);
  expect(readFileSync(join(folder, 'report.md'), 'utf8')).toBe('of last week');
});

it.each(['md', 'html'])('a report is refused if its .%s cannot be written', (ending) => {
  const folder = newFolder();
  mkdirSync(join(folder, `report.${ending}`));
  expect(() => checkReportFiles(join(folder, 'report'))).toThrow(`report.${ending} cannot be written`);
  expect(() => checkReportFiles(join(folder, 'missing', 'report'))).toThrow('cannot be written');
});

it('a report replaces the earlier one, leaves no other file, and keeps a link', () => {
  const folder = newFolder();
  const elsewhere = join(newFolder(), 'shared.md');
  writeFileSync(elsewhere, 'of last week');
  symlinkSync(elsewhere, join(folder, 'report.md'));
  writeReportFiles(join(folder, 'report'), { md: 'of today', html: '<p>' });
  expect(readdirSync(folder).toSorted()).toEqual(['report.html', 'report.md']);
  expect(readFileSync(elsewhere, 'utf8')).toBe('of today');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('<p>');
});
