import { textTable } from '../../report/text-table.js';
import { figureColumns } from '../figure.js';
import { cellText, columnsOf, type RowSummary } from './summary.js';

/** Returns one table for each row, for the terminal. */
export function terminalReport(summaries: readonly RowSummary[]): string {
  return summaries.map(tableOf).join('\n\n');
}

function tableOf(summary: RowSummary): string {
  const columns = columnsOf(summary);
  const isBroken = summary.clients.some(({ broken }) => broken.length > 0);
  const headings = [
    summary.row,
    ...columns.map((name) => figureColumns[name].heading),
    ...(isBroken ? ['broken'] : []),
  ];
  const rows = summary.clients.map(({ label, figures, broken, repetitions }) => [
    label,
    ...columns.map((name) => (repetitions === 0 ? '-' : cellText(figures[name], name))),
    ...(broken.length > 0 ? [`${broken.length}×: ${broken[0]}`] : []),
  ]);
  const runs = summary.clients.reduce((sum, each) => sum + each.repetitions + each.broken.length, 0);
  return `${summary.title} (${runs} runs of ${summary.seconds} s at most)\n${textTable(headings, rows)}`;
}
