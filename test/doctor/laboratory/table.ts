import type { Verdict } from './laboratory.ts';

/** The table of conditions and verdicts, for the terminal and for CONDITIONS.md. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ topic, condition, expected, found, isRight, skipped }) => {
    const verdict = skipped === undefined ? (isRight ? 'right' : 'WRONG') : `skipped: ${skipped}`;
    return [topic, condition, expected, found, verdict];
  });
  const head = ['topic', 'condition', 'expected first', 'found first', 'verdict'];
  const all = [head, head.map(() => '---'), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const lines = all.map(
    (row) =>
      `| ${row.map((cell, column) => (cell === '---' ? '-'.repeat(widths[column] ?? 3) : cell.padEnd(widths[column] ?? 0))).join(' | ')} |`,
  );
  return lines.join('\n');
}

/** Returns the totals for the line below the table. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const skipped = verdicts.filter((verdict) => verdict.skipped !== undefined).length;
  const right = verdicts.filter((verdict) => verdict.isRight && verdict.skipped === undefined).length;
  return `${verdicts.length} conditions: ${right} right, ${verdicts.length - right - skipped} wrong, ${skipped} skipped`;
}
