import { curveStepMs } from './simulate.js';
import type { Summary } from './summary.js';

/** One panel of the picture. */
export interface Panel {
  readonly title: string;
  readonly summaries: readonly Summary[];
}

const size = { width: 460, height: 300, left: 52, right: 128, top: 46, bottom: 44 };
const untilMs = 15_000;

/**
 * Draws the number of recovered clients over time, one panel for each outage, as one SVG without scripts or fonts,
 * readable in light and dark mode.
 */
export function plot(panels: readonly Panel[], clients: number): string {
  const width = panels.length * size.width;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${size.height}" role="img" aria-labelledby="title">`,
    `<title id="title">Share of ${clients.toLocaleString('en')} clients that recovered, by seconds since the server is back</title>`,
    `<style>${style}</style>`,
    ...panels.map(({ title, summaries }, index) => {
      return `<g transform="translate(${index * size.width} 0)">${frame(title)}${lines(summaries, clients)}</g>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

const style = `
text { font: 12px system-ui, sans-serif; fill: #333 } .head { font-weight: 600; font-size: 13px }
.grid { stroke: #8884; stroke-width: 1 } .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.s0 { stroke: #0b7a4b } .s1 { stroke: #b4540a } .s2 { stroke: #a3224f } .s3 { stroke: #3a5bc7 }
.t0 { fill: #0b7a4b; font-weight: 600 } .t1 { fill: #b4540a } .t2 { fill: #a3224f } .t3 { fill: #3a5bc7 }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .s0 { stroke: #3ddc97 } .s1 { stroke: #ffa657 } .s2 { stroke: #ff7b9c } .s3 { stroke: #8fb0ff }
.t0 { fill: #3ddc97 } .t1 { fill: #ffa657 } .t2 { fill: #ff7b9c } .t3 { fill: #8fb0ff } }`;

function frame(title: string): string {
  const parts = [`<text class="head" x="${size.left}" y="22">${title}</text>`];
  for (const percent of [0, 25, 50, 75, 100]) {
    const y = yOf(percent / 100);
    parts.push(`<path class="grid" d="M${size.left} ${y}H${size.width - size.right}"/>`);
    parts.push(`<text x="${size.left - 8}" y="${y + 4}" text-anchor="end">${percent} %</text>`);
  }
  for (let ms = 0; ms <= untilMs; ms += 5_000) {
    parts.push(`<text x="${xOf(ms)}" y="${size.height - 24}" text-anchor="middle">${ms / 1_000}</text>`);
  }
  const middle = (size.left + size.width - size.right) / 2;
  parts.push(
    `<text x="${middle}" y="${size.height - 6}" text-anchor="middle">seconds since the server is back</text>`,
  );
  return parts.join('');
}

function lines(summaries: readonly Summary[], clients: number): string {
  const ends = summaries.map((summary, index) => ({
    index,
    summary,
    y: yOf(shareAt(summary, untilMs, clients)),
  }));
  // Places the labels next to the ends of their lines without overlap.
  let free = size.top - 14;
  const labels = ends
    .toSorted((a, b) => a.y - b.y || a.summary.p99 - b.summary.p99)
    .map(({ index, summary, y }) => {
      free = Math.max(y, free + 15);
      return `<text class="t${index}" x="${size.width - size.right + 6}" y="${free + 4}">${summary.label}</text>`;
    });
  const paths = summaries.map((summary, index) => {
    const points: string[] = [];
    for (let ms = 0; ms <= untilMs; ms += curveStepMs) {
      points.push(`${xOf(ms).toFixed(1)} ${yOf(shareAt(summary, ms, clients)).toFixed(1)}`);
    }
    return `<path class="line s${index}" d="M${points.join('L')}"/>`;
  });
  return [...paths.toReversed(), ...labels].join('');
}

function shareAt({ curve }: Summary, ms: number, clients: number): number {
  return (curve[Math.min(Math.round(ms / curveStepMs), curve.length - 1)] ?? 0) / clients;
}

function xOf(ms: number): number {
  return size.left + (ms / untilMs) * (size.width - size.left - size.right);
}

function yOf(share: number): number {
  return size.height - size.bottom - share * (size.height - size.top - size.bottom);
}
