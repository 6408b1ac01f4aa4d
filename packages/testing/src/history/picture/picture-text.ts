import type { Operation } from '../operation.ts';
import { labelOf, timelineOf, type Span } from './timeline.ts';

/** Maximum number of columns of a picture, so that it fits into a terminal. */
const widest = 200;

/**
 * Returns a text that shows the operations along a timeline, or as a list if the timeline would be too wide. Each lane
 * of the timeline belongs to one process.
 */
export function pictureText(operations: readonly Operation[]): string {
  const { spans, lanes, width } = timelineOf(operations);
  const nameWidth = Math.max(0, ...lanes.map((name) => name.length)) + 2;
  if (nameWidth + width > widest) return listOf(operations);
  const rows = lanes.map((name, lane) => {
    const row: string[] = Array.from({ length: width }, () => ' ');
    for (const span of spans) if (span.lane === lane) draw(row, span, width);
    return `  ${name.padEnd(nameWidth)}${row.join('').trimEnd()}`;
  });
  return rows.join('\n');
}

function draw(row: string[], { from, to, label }: Span, width: number): void {
  const end = to ?? width - 1;
  for (let column = from; column <= end; column++) row[column] = to === undefined ? '┄' : '─';
  row[from] = '├';
  row[end] = to === undefined ? '>' : '┤';
  const text = ` ${label} `;
  const start = from + Math.max(1, (end - from - text.length + 1) >> 1);
  for (const [index, character] of text.split('').entries()) row[start + index] = character;
}

function listOf(operations: readonly Operation[]): string {
  const beginsAt = Math.min(...operations.map(({ invokedAt }) => invokedAt));
  const after = (at: number | undefined): string => (at === undefined ? '...' : (at - beginsAt).toFixed(3));
  const lines = operations.map(
    (operation) =>
      `  ${after(operation.invokedAt)} to ${after(operation.returnedAt)} ms  ${operation.process}: ${labelOf(operation)}`,
  );
  return lines.join('\n');
}
