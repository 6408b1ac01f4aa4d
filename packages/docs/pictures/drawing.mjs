// What the pictures of the book are drawn with. They are 360 units wide, as a phone is, and follow the reader's choice of
// light or dark.

const width = 360;
const textSize = 13;
const lineHeight = 17;

const style = `
  text { font: ${textSize}px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #213547; }
  .bold { font-weight: 600; }
  .quiet-text { fill: #56565e; }
  .mono { font-family: ui-monospace, Menlo, Consolas, monospace; }
  .ground { fill: #ffffff; stroke: #dcdce0; }
  .plain { fill: #f4f4f6; stroke: #b9b9c0; }
  .accent { fill: #e6ecfd; stroke: #5672cd; }
  .good { fill: #dcf3e4; stroke: #2f855a; }
  .warn { fill: #fdf0cf; stroke: #a86b00; }
  .bad { fill: #fde3e3; stroke: #c0393f; }
  .line { fill: none; stroke: #6b6b76; stroke-width: 1.5; }
  .dashed { stroke-dasharray: 4 4; }
  .tip { fill: #6b6b76; }
  @media (prefers-color-scheme: dark) {
    text { fill: #ebebf0; }
    .quiet-text { fill: #b0b0ba; }
    .ground { fill: #1b1b1f; stroke: #3c3f44; }
    .plain { fill: #2a2a31; stroke: #5c5c68; }
    .accent { fill: #232c4a; stroke: #8ea4f0; }
    .good { fill: #16352a; stroke: #4fb684; }
    .warn { fill: #3a2d0c; stroke: #e0aa3e; }
    .bad { fill: #43191d; stroke: #f08a8f; }
    .line { stroke: #9a9aa6; }
    .tip { fill: #9a9aa6; }
  }`;

/**
 * A whole picture.
 *
 * @param {{ title: string, description: string, height: number, parts: readonly string[] }} picture
 */
export function picture({ title, description, height, parts }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="540" role="img" aria-labelledby="title description">
<title id="title">${escape(title)}</title>
<desc id="description">${escape(description)}</desc>
<style>${style}
</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${parts.join('\n')}
</svg>
`;
}

/**
 * Lines of text below each other. The first one stands on `y`.
 *
 * @param {number} x
 * @param {number} y
 * @param {string | readonly string[]} lines
 * @param {{ anchor?: 'start' | 'middle' | 'end', look?: string }} [options]
 */
export function text(x, y, lines, { anchor = 'start', look = '' } = {}) {
  return [lines]
    .flat()
    .map((line, index) => {
      const attributes = `${look === '' ? '' : ` class="${look}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
      return `<text x="${x}" y="${y + index * lineHeight}"${attributes}>${escape(line)}</text>`;
    })
    .join('\n');
}

/**
 * A box with centred lines; the first one is bold where there are several.
 *
 * @param {{ x: number, y: number, width: number, height: number, look: string, lines?: readonly string[] }} box
 */
export function box({ x, y, width: wide, height, look, lines = [] }) {
  const first = y + height / 2 - ((lines.length - 1) * lineHeight) / 2 + 4.5;
  const labels = lines.map((line, index) =>
    text(x + wide / 2, first + index * lineHeight, line, {
      anchor: 'middle',
      look: index === 0 && lines.length > 1 ? 'bold' : '',
    }),
  );
  return [
    `<rect class="${look}" x="${x}" y="${y}" width="${wide}" height="${height}" rx="6"/>`,
    ...labels,
  ].join('\n');
}

/**
 * An arrow through these points, which ends at the last one.
 *
 * @param {readonly (readonly [number, number])[]} points
 */
export function arrow(points) {
  const [before, end] = points.slice(-2);
  const angle = Math.atan2(end[1] - before[1], end[0] - before[0]);
  const corner = (turn) =>
    `${round(end[0] - 8 * Math.cos(angle + turn))},${round(end[1] - 8 * Math.sin(angle + turn))}`;
  return [
    `<polyline class="line" points="${points.map((point) => point.join(',')).join(' ')}"/>`,
    `<polygon class="tip" points="${end.join(',')} ${corner(0.45)} ${corner(-0.45)}"/>`,
  ].join('\n');
}

/**
 * A line without a tip.
 *
 * @param {readonly [number, number]} from
 * @param {readonly [number, number]} to
 * @param {string} [look]
 */
export function line(from, to, look = 'line') {
  return `<line class="${look}" x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}"/>`;
}

/**
 * A dot on a time line.
 *
 * @param {number} x
 * @param {number} y
 * @param {string} look
 */
export function dot(x, y, look) {
  return `<circle class="${look}" cx="${x}" cy="${y}" r="5.5"/>`;
}

/** @param {string} raw */
function escape(raw) {
  return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
