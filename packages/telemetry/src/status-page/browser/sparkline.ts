import { h, setAttribute, setText, svg } from './element.ts';

const width = 240;
const height = 48;
const spanMs = 120_000;

/** One value of a sparkline. The value null leaves a gap in the line. */
export interface SparkPoint {
  readonly at: number;
  readonly value: number | null;
}

export interface Sparkline {
  readonly node: HTMLElement;
  /**
   * Shows new values. `text` is the current value in words, and `words` formats the highest value. `second` is drawn
   * over `first` as a dashed line, on the same scale.
   */
  update(
    now: number,
    text: string,
    words: (value: number) => string,
    first: readonly SparkPoint[],
    second?: readonly SparkPoint[],
  ): void;
}

/** Creates a tile with a title, the current value and a graph of the last two minutes. */
export function createSparkline(title: string): Sparkline {
  const figure = h('p', { class: 'figure' }, 'no data yet');
  const scale = h('p', { class: 'scale' });
  const area = svg('path', { class: 'spark-area' });
  const line = svg('path', { class: 'spark-line' });
  const trouble = svg('path', { class: 'spark-trouble' });
  const graph = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': title },
    area,
    line,
    trouble,
  );
  const node = h('div', { class: 'tile' }, h('h4', {}, title), figure, graph, scale);
  return {
    node,
    update(now, text, words, first, second = []) {
      const peak = Math.max(...[...first, ...second].map(({ value }) => value ?? 0));
      const top = Math.max(peak, 1e-9) * 1.1;
      const hasTrouble = second.some(({ value }) => (value ?? 0) > 0);
      const path = linePath(now, first, top);
      setText(figure, text);
      setAttribute(graph, 'aria-label', `${title}, last two minutes. Now: ${text}`);
      setAttribute(line, 'd', path);
      setAttribute(area, 'd', areaPath(now, first, top));
      setAttribute(trouble, 'd', hasTrouble ? linePath(now, second, top) : '');
      setText(scale, `Last 2 minutes, peak ${words(peak)}${hasTrouble ? '; dashed: failed' : ''}`);
    },
  };
}

function linePath(now: number, points: readonly SparkPoint[], top: number): string {
  let path = '';
  let isOpen = false;
  for (const { at, value } of points) {
    if (value !== null) path += `${isOpen ? 'L' : 'M'}${xOf(now, at)} ${yOf(value, top)}`;
    isOpen = value !== null;
  }
  return path;
}

function areaPath(now: number, points: readonly SparkPoint[], top: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  const line = points.map(({ at, value }) => `L${xOf(now, at)} ${yOf(value ?? 0, top)}`).join('');
  return `M${xOf(now, first.at)} ${height}${line}L${xOf(now, last.at)} ${height}Z`;
}

function xOf(now: number, at: number): string {
  return Math.max(0, width - ((now - at) / spanMs) * width).toFixed(1);
}

function yOf(value: number, top: number): string {
  return (height - 1 - (value / top) * (height - 2)).toFixed(1);
}
