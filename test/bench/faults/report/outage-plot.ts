import type { Slice, Timeline } from '../timeline.js';

/** The part of the picture about one client. */
export interface Lane {
  readonly label: string;
  /** Whether the client is this project. */
  readonly isOurs: boolean;
  readonly recoveredMs: number | null;
  readonly timeline: Timeline;
}

const size = { width: 940, left: 150, right: 190, top: 64, lane: 58, gap: 10, bottom: 52 };
const shortestMs = 0.05;
const longestMs = 30_000;
const afterMs = 4_000;

/**
 * Draws one outage as callers saw it, with a lane for each client. A lane has a mark for each tenth of a second and
 * each kind of outcome, whose height shows the longest duration. The SVG contains no scripts or fonts, and is readable
 * in light and dark mode.
 */
export function outagePlot(title: string, lanes: readonly Lane[]): string {
  const outageMs = Math.max(...lanes.map(({ timeline }) => timeline.outageMs));
  const leadMs = lanes[0]?.timeline.leadMs ?? 0;
  const spanMs = leadMs + outageMs + afterMs;
  const xOf = (ms: number): number => size.left + (ms / spanMs) * (size.width - size.left - size.right);
  const height = size.top + lanes.length * (size.lane + size.gap) + size.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${title}, as the callers of each client see it: how long each call took, and how it ended</title>`,
    `<style>${style}</style>`,
    `<text class="head" x="${size.left}" y="22">${title}: the longest call of each tenth of a second, by the time it was issued</text>`,
    legend(),
    ...lanes.map((lane, index) => laneOf(lane, size.top + index * (size.lane + size.gap), xOf)),
    axis(height, leadMs, spanMs, xOf),
    '</svg>',
    '',
  ].join('\n');
}

const style = `
text { font: 12px system-ui, sans-serif; fill: #333 } .head { font-weight: 600; font-size: 14px } .own { font-weight: 700 }
.faint { fill: #666; font-size: 11px } .lane { fill: #8881 } .away { fill: #8883 } .grid { stroke: #8885; stroke-width: 1 }
.ok { stroke: #0b7a4b } .fallback { stroke: #1d6fb8 } .bad { stroke: #c2410c } .stem { stroke-opacity: 0.33 }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .faint { fill: #aaa } .ok { stroke: #3ddc97 } .fallback { stroke: #6cb6ff } .bad { stroke: #ff8a5c } }`;

function legend(): string {
  const y = 44;
  const x = size.left;
  return [
    `<path class="ok" stroke-width="4" d="M${x} ${y - 5}h8"/><text x="${x + 14}" y="${y}">answered</text>`,
    `<path class="fallback" stroke-width="4" d="M${x + 88} ${y - 5}h8"/><text x="${x + 102}" y="${y}">fallback</text>`,
    `<path class="bad" stroke-width="4" d="M${x + 172} ${y - 5}h8"/><text x="${x + 186}" y="${y}">failed</text>`,
    `<text class="faint" x="${x + 240}" y="${y}">the higher, the longer it took: 0.1 ms to 30 s, logarithmic; grey: Redis is away</text>`,
  ].join('');
}

function laneOf(
  { label, isOurs, recoveredMs, timeline }: Lane,
  top: number,
  xOf: (ms: number) => number,
): string {
  const { leadMs, outageMs, sliceMs, slices } = timeline;
  const bottom = top + size.lane;
  const yOf = (ms: number): number => {
    const clamped = Math.min(longestMs, Math.max(shortestMs, ms));
    return bottom - (Math.log(clamped / shortestMs) / Math.log(longestMs / shortestMs)) * size.lane;
  };
  const width = Math.max(1.5, xOf(sliceMs) - xOf(0) - 0.4);
  const end = size.width - size.right;
  const marks = slices.flatMap((slice, index): Mark[] => {
    const x = xOf(index * sliceMs);
    return x + width > end ? [] : marksOf(slice).map(({ kind, ms }) => ({ kind, x, y: yOf(ms) }));
  });
  const longest = Math.max(
    ...slices.map((slice) =>
      Math.max(slice.longestAnswerMs, slice.longestFallbackMs, slice.longestFailureMs),
    ),
  );
  const back =
    recoveredMs === null
      ? 'not back in time'
      : `back after ${Math.round(recoveredMs).toLocaleString('en')} ms`;
  const own = isOurs ? ' class="own"' : '';
  return [
    `<rect class="lane" x="${size.left}" y="${top}" width="${end - size.left}" height="${size.lane}"/>`,
    `<rect class="away" x="${xOf(leadMs).toFixed(1)}" y="${top}" width="${(xOf(outageMs) - xOf(0)).toFixed(1)}" height="${size.lane}"/>`,
    `<path class="grid" d="M${size.left} ${yOf(1_000).toFixed(1)}H${end}"/>`,
    ...(['ok', 'fallback', 'bad'] as const).map((kind) => paths(kind, marks, bottom, width)),
    `<text${own} x="${size.left - 10}" y="${top + size.lane / 2 + 4}" text-anchor="end">${label}</text>`,
    `<text class="faint" x="${end + 4}" y="${(yOf(1_000) + 4).toFixed(1)}">1 s</text>`,
    `<text${own} x="${end + 28}" y="${top + size.lane / 2 - 2}">${back}</text>`,
    `<text class="faint" x="${end + 28}" y="${top + size.lane / 2 + 14}">longest call ${durationText(longest)}</text>`,
  ].join('');
}

type MarkKind = 'ok' | 'fallback' | 'bad';

interface Mark {
  readonly kind: MarkKind;
  readonly x: number;
  readonly y: number;
}

function marksOf(slice: Slice): { kind: MarkKind; ms: number }[] {
  return [
    ...(slice.answered > 0 ? [{ kind: 'ok' as const, ms: slice.longestAnswerMs }] : []),
    ...(slice.fallbacks > 0 ? [{ kind: 'fallback' as const, ms: slice.longestFallbackMs }] : []),
    ...(slice.failed > 0 ? [{ kind: 'bad' as const, ms: slice.longestFailureMs }] : []),
  ];
}

/** Draws the marks of one kind, each at the top of a stem in a fainter colour, as two SVG paths. */
function paths(kind: MarkKind, marks: readonly Mark[], bottom: number, width: number): string {
  const own = marks.filter((mark) => mark.kind === kind);
  if (own.length === 0) return '';
  const stems = own.map(({ x, y }) => `M${(x + width / 2).toFixed(1)} ${bottom}V${y.toFixed(1)}`);
  const tops = own.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}`);
  return (
    `<path class="${kind} stem" stroke-width="${width.toFixed(1)}" d="${stems.join('')}"/>` +
    `<path class="${kind}" stroke-width="3" d="${tops.join('')}"/>`
  );
}

function axis(height: number, leadMs: number, spanMs: number, xOf: (ms: number) => number): string {
  const y = height - size.bottom + 14;
  const ticks: string[] = [];
  for (let ms = 0; ms <= spanMs - leadMs; ms += 1_000) {
    ticks.push(
      `<text class="faint" x="${xOf(leadMs + ms).toFixed(1)}" y="${y}" text-anchor="middle">${ms / 1_000}</text>`,
    );
  }
  const middle = (size.left + size.width - size.right) / 2;
  return `${ticks.join('')}<text x="${middle}" y="${y + 22}" text-anchor="middle">seconds since Redis was killed</text>`;
}

function durationText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
