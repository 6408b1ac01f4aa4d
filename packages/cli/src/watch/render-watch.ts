import type { Style } from '../style.ts';
import { sparkline } from './sparkline.ts';
import type { Look } from './look.ts';
import type { Track } from './track.ts';

const widest = 40;

/** Draws the whole screen: two lines for each target, then the lines of `foot` and the time. */
export function renderTracks(
  tracks: readonly Track[],
  style: Style,
  columns = 80,
  foot: readonly string[] = [],
): string {
  const width = Math.min(widest, Math.max(...tracks.map(({ label }) => label.length)));
  const rows = tracks.map((track) => renderTrack(track, style, width, columns));
  const isOnlyRedis = tracks.every(({ label }) => label.includes('://'));
  const isAway = isOnlyRedis && tracks.some(({ latest }) => latest?.status === 'down');
  const lines = [
    ...(isAway ? ['To learn why: redis-resilience doctor, with the same URL'] : []),
    ...foot,
    `${new Date().toLocaleTimeString('en-GB')}  Ctrl-C ends`,
  ];
  return `${rows.join('\n')}\n${lines.map((line) => style.dim(line)).join('\n')}\n`;
}

function renderTrack(track: Track, style: Style, width: number, columns: number): string {
  const { latest, looks } = track;
  if (latest === undefined) return track.label;
  const paint = painter(latest.status, style);
  const first = [
    style.bold(fitted(track.label, width)),
    paint(latest.status.padEnd(11)),
    `${Math.round(latest.latencyMs)} ms`.padStart(8),
    `circuit ${latest.circuit}`,
    `outages ${track.outages}`,
  ].join('  ');
  const cause = track.lastCause === undefined ? '' : style.dim(`  last cause ${track.lastCause}`);
  const room = Math.max(10, columns - 4 - (track.lastCause?.length ?? 0) - 14);
  const line = sparkline(
    looks.slice(-room).map((look) => (look.status === 'up' ? look.latencyMs : undefined)),
  );
  return `${first}\n  ${paint(line)}${cause}\n`;
}

function painter(status: Look['status'], style: Style): (text: string) => string {
  if (status === 'up') return style.green;
  return status === 'degraded' ? style.yellow : style.red;
}

function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
