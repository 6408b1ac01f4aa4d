import type { Operation } from '../operation.ts';
import { timelineOf, type Span } from './timeline.ts';

const columnPx = 8;
const lanePx = 34;
const barPx = 24;

/**
 * Returns an SVG document that shows the captions and, below them, the operations along a timeline. Each lane of the
 * timeline belongs to one process.
 */
export function pictureSvg(operations: readonly Operation[], captions: readonly string[]): string {
  const { spans, lanes, width } = timelineOf(operations);
  const nameColumns = Math.max(0, ...lanes.map((name) => name.length)) + 2;
  const left = nameColumns * columnPx;
  const top = 14 + captions.length * 20;
  const captionColumns = Math.max(0, ...captions.map((caption) => caption.length));
  const widthPx = Math.max(left + width * columnPx, captionColumns * 7) + 20;
  const heightPx = top + lanes.length * lanePx + 10;
  const body = [
    ...captions.map((caption, line) => textAt(10, 20 + line * 20, caption, '#222')),
    ...lanes.map((name, lane) => textAt(10, top + lane * lanePx + 17, name, '#666')),
    ...spans.map((span) => barOf(span, left, top, width)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" font-family="monospace" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${body.join('\n')}
</svg>
`;
}

function barOf({ from, to, lane, label }: Span, left: number, top: number, width: number): string {
  const x = left + from * columnPx;
  const y = top + lane * lanePx;
  const end = left + (to ?? width) * columnPx;
  const dashes = to === undefined ? ' stroke-dasharray="4 3"' : '';
  return `<rect x="${x}" y="${y}" width="${end - x}" height="${barPx}" rx="4" fill="#e8f0fe" stroke="#3367d6"${dashes}/>${textAt(x + 8, y + 16, label, '#222')}`;
}

function textAt(x: number, y: number, text: string, fill: string): string {
  return `<text x="${x}" y="${y}" fill="${fill}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  // Control characters are replaced, because XML does not allow most of them, not even escaped.
  return Array.from(safe, (character) => (character < ' ' ? '·' : character)).join('');
}
