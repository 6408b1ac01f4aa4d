import { grouped } from './grouped.js';
import { anomaliesOf } from './record-table.js';
import { together } from '../check/figures.js';
import type { Result } from './results.js';

const colours = ['#c5221f', '#e8710a', '#9334e6', '#f9ab00', '#5f6368', '#1a73e8', '#137333', '#00838f'];
const barPx = 18;
const groupPx = 34;
const leftPx = 300;
const widthPx = 620;

/**
 * Draws the violations of each run as one bar, with a colour for each kind; lengths follow the square root of
 * the numbers, so that even a few violations are visible.
 */
export function recordPlot(results: readonly Result[]): string {
  const rows = [...grouped(results, ({ world, label }) => `${label}, ${world}`)];
  const bars = rows.flatMap(([label, own]) => {
    const figures = own.flatMap(({ outcome }) => (outcome.kind === 'recorded' ? outcome.figures : []));
    return figures.length === 0 ? [] : [{ label, parts: anomaliesOf(together(figures)) }];
  });
  const most = Math.max(1, ...bars.map(({ parts }) => lengthOf(totalOf(parts))));
  const kinds = bars[0]?.parts.map(([name]) => name) ?? [];
  const top = 50;
  const heightPx = top + bars.length * groupPx + 10;
  const legend = kinds.map((name, index) => {
    const x = 20 + index * 118;
    return `<rect x="${x}" y="14" width="12" height="12" fill="${colours[index]}"/><text x="${x + 17}" y="25">${escaped(name)}</text>`;
  });
  const drawn = bars.map(({ label, parts }, row) => {
    const y = top + row * groupPx;
    const total = totalOf(parts);
    const fullPx = (lengthOf(total) / most) * widthPx;
    let x = leftPx;
    const rects = parts.map(([, count], index) => {
      const width = total === 0 ? 0 : (count / total) * fullPx;
      const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${barPx}" fill="${colours[index]}"/>`;
      x += width;
      return count === 0 ? '' : rect;
    });
    const name = `<text x="${leftPx - 10}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>`;
    return `${name}${rects.join('')}<text x="${(x + 6).toFixed(1)}" y="${y + 14}">${total}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${leftPx + widthPx + 60} ${heightPx}" font-family="sans-serif" font-size="13">
<title>Anomalies of each client under faults; the length of a bar is the square root of their number</title>
<rect width="100%" height="100%" fill="#fff"/>
${[...legend, ...drawn].join('\n')}
</svg>
`;
}

function totalOf(parts: readonly (readonly [string, number])[]): number {
  return parts.reduce((sum, [, count]) => sum + count, 0);
}

function lengthOf(count: number): number {
  return Math.sqrt(count);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
