import { randomUUID } from 'node:crypto';
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../usage-error.ts';

/** The content of the two files of a report, by file extension. */
export type ReportTexts = Readonly<Record<'md' | 'html', string>>;

/**
 * Checks that the files of a report can be written, before minutes are spent on running the plans. An earlier report
 * stays as it is.
 *
 * @throws UsageError if a file cannot be written
 */
export function checkReportFiles(path: string): void {
  for (const file of [`${path}.md`, `${path}.html`]) {
    try {
      checkWritable(file);
    } catch {
      throw new UsageError(`--report: ${file} cannot be written.`);
    }
  }
}

/**
 * Writes the files of a report. A new file replaces the file of an earlier report only when the new file is complete.
 */
export function writeReportFiles(path: string, { md, html }: ReportTexts): void {
  replaceFile(`${path}.md`, md);
  replaceFile(`${path}.html`, html);
}

function checkWritable(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) {
    const probe = besideOf(file);
    writeFileSync(probe, '', { flag: 'wx' });
    rmSync(probe);
    return;
  }
  if (stats.isDirectory()) throw new Error('It is a folder.');
  accessSync(file, constants.W_OK);
}

function replaceFile(file: string, text: string): void {
  const beside = besideOf(file);
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    renameSync(beside, ownPathOf(file));
  } catch {
    rmSync(beside, { force: true });
    // A file that is mounted into a container, or whose folder is read-only, can be written but not replaced.
    writeFileSync(file, text);
  }
}

function besideOf(file: string): string {
  return `${ownPathOf(file)}.${randomUUID()}.tmp`;
}

// If `file` is a symbolic link, returns the path of its target, so that the target is replaced, and not the link.
function ownPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
