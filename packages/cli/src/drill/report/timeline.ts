import type { ProbeName, ProbeSample } from '../traffic/probes.ts';
import type { Rehearsal } from '../rehearsal.ts';
import type { Sample } from '../traffic/traffic.ts';

/** The size of a timeline. */
export interface Frame {
  readonly width: number;
  /** Maximum number of successful requests that the timeline shows. */
  readonly mostPoints: number;
}

/** The size of a timeline for a desktop screen. */
export const wide: Frame = { width: 960, mostPoints: 2000 };
/** The size of a timeline for a phone. */
export const narrow: Frame = { width: 380, mostPoints: 600 };

const left = 62;
const right = 14;
const top = 18;
const plotHeight = 150;
const stripHeight = 9;
const stripGap = 17;
const decades = [1, 10, 100, 1000, 10_000];

/** Draws one run as inline SVG: a point for each request, a strip for each probed endpoint, and a line for memory. */
export function renderTimeline(rehearsal: Rehearsal, { width, mostPoints }: Frame): string {
  const { samples, probes, faultAtMs, backAtMs, endMs, memory, plan } = rehearsal;
  const x = (atMs: number): number => round(left + (atMs / endMs) * (width - left - right));
  const strips = (['readiness', 'liveness', 'health'] as const).filter((name) => has(probes, name));
  const bottom = top + plotHeight;
  const stripsTop = bottom + 26;
  const memoryTop = stripsTop + strips.length * stripGap + 4;
  const hasMemory = memory.length > 1;
  const height = memoryTop + (hasMemory ? 46 : 4);
  const parts = [
    `<rect class="fault" x="${x(faultAtMs)}" y="${top}" width="${round(x(backAtMs) - x(faultAtMs))}" height="${height - top - 4}"/>`,
    ...[faultAtMs, backAtMs].map(
      (at) => `<line class="edge" x1="${x(at)}" x2="${x(at)}" y1="${top}" y2="${height - 4}"/>`,
    ),
    `<text x="${x(faultAtMs)}" y="${top - 6}">${plan.fault}</text>`,
    `<text x="${x(backAtMs)}" y="${top - 6}">Redis is back</text>`,
    ...decades.map((value) => gridLine(value, width)),
    limitLine(plan.thresholds.hangMs, width),
    ...seconds(endMs, width).map(
      (second) => `<text x="${x(second * 1000)}" y="${bottom + 14}" text-anchor="middle">${second} s</text>`,
    ),
    ...thinned(samples, mostPoints).map((sample) => point(sample, x)),
    ...strips.map((name, index) => strip(name, probes, x, stripsTop + index * stripGap, endMs)),
    ...(hasMemory ? [memoryLine(memory, x, memoryTop)] : []),
  ];
  const label = `Latency of each request over time, plan ${plan.name}`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${parts.join('')}</svg>`;
}

// Returns the vertical position of a duration. The scale is logarithmic, so that one millisecond and ten seconds fit
// into one picture.
function y(durationMs: number): number {
  const share = Math.log10(Math.min(10_000, Math.max(1, durationMs))) / 4;
  return round(top + plotHeight * (1 - share));
}

function gridLine(value: number, width: number): string {
  const text = value < 1000 ? `${value} ms` : `${value / 1000} s`;
  const line = `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}"/>`;
  return `${line}<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${text}</text>`;
}

function limitLine(hangMs: number, width: number): string {
  const line = `<line class="limit" x1="${left}" x2="${width - right}" y1="${y(hangMs)}" y2="${y(hangMs)}"/>`;
  return `${line}<text x="${width - right}" y="${y(hangMs) - 4}" text-anchor="end">longest allowed</text>`;
}

function point({ atMs, durationMs, request, result, detail }: Sample, x: (atMs: number) => number): string {
  const title = `<title>${Math.round(atMs)} ms: ${escapeXml(request)} ${escapeXml(detail)}, took ${Math.round(durationMs)} ms</title>`;
  const radius = result === 'ok' ? 2 : 2.8;
  return `<circle class="${result}" cx="${x(atMs)}" cy="${y(durationMs)}" r="${radius}" fill-opacity=".7">${title}</circle>`;
}

function strip(
  name: ProbeName,
  probes: readonly ProbeSample[],
  x: (atMs: number) => number,
  at: number,
  endMs: number,
): string {
  const own = probes.filter(({ probe }) => probe === name);
  const bars = own.map(({ atMs, verdict, durationMs }, index) => {
    const next = own[index + 1]?.atMs ?? endMs;
    const barWidth = Math.max(1, round(x(Math.min(next, endMs)) - x(atMs)));
    const title = `<title>${name} at ${Math.round(atMs)} ms: ${verdict}, took ${Math.round(durationMs)} ms</title>`;
    return `<rect class="${verdict}" x="${x(atMs)}" y="${at}" width="${barWidth}" height="${stripHeight}">${title}</rect>`;
  });
  return `<text x="${left - 8}" y="${at + 8}" text-anchor="end">${name}</text>${bars.join('')}`;
}

function memoryLine(memory: Rehearsal['memory'], x: (atMs: number) => number, at: number): string {
  const height = 30;
  const most = Math.max(...memory.map(({ mb }) => mb), 1);
  const path = memory
    .map(({ atMs, mb }) => `${x(atMs)},${round(at + height * (1 - mb / most) + 4)}`)
    .join(' ');
  const label = `<text x="${left - 8}" y="${at + 12}" text-anchor="end">${most} MB</text>`;
  return `${label}<polyline class="memory" points="${path}"/>`;
}

function has(probes: readonly ProbeSample[], name: ProbeName): boolean {
  return probes.some(({ probe }) => probe === name);
}

function seconds(endMs: number, width: number): readonly number[] {
  const step = Math.max(1, Math.ceil((endMs * 80) / 1000 / width));
  return Array.from({ length: Math.floor(endMs / 1000 / step) + 1 }, (_, index) => index * step);
}

// Keeps every request that did not succeed, and an even selection of the successful ones.
function thinned(samples: readonly Sample[], mostPoints: number): readonly Sample[] {
  const every = Math.ceil(samples.length / mostPoints);
  return samples.filter(({ result }, index) => result !== 'ok' || index % every === 0);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
