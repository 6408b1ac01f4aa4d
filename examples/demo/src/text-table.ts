import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** A cell: its text, and a colour where that says something. */
export type Cell = string | { readonly text: string; readonly colour: Colour | undefined };

/** Lines of a table: the first column to the left, the others to the right unless they are `left`. */
export function renderTable(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  left: readonly number[] = [0],
): string[] {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => textOf(row[column] ?? '').length)),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - textOf(cell).length);
        return left.includes(column) ? paint(cell) + padding : padding + paint(cell);
      })
      .join('  ')
      .trimEnd();
  return [line(heads.map((text) => ({ text, colour: 'dim' as const }))), ...rows.map(line)];
}

/** Colours for people at a terminal; none elsewhere, or where NO_COLOR is set. */
export function paint(cell: Cell): string {
  if (typeof cell === 'string' || cell.colour === undefined || !hasColours) return textOf(cell);
  return styleText(cell.colour, cell.text);
}

export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-';
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

const hasColours = process.stdout.isTTY && !process.env['NO_COLOR'];

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
