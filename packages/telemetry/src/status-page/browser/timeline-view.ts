import { h, setAttribute, setText } from './element.ts';
import type { ConnectionPicture, Interval } from '../page-state.ts';
import { createTimelineLabels } from './timeline-labels.ts';
import { agoWords, codeWords, durationWords, statusWords, timeWords } from './words.ts';

const minuteMs = 60_000;

export interface TimelineView {
  readonly node: HTMLElement;
  update(now: number, picture: ConnectionPicture): void;
}

/**
 * Shows the last hour as a bar, whose colours show when the connection was up, degraded or down. If the application
 * started less than 15 minutes ago, the bar covers a shorter time.
 */
export function createTimelineView(): TimelineView {
  const heading = h('h3', {}, 'Last hour');
  const labels = createTimelineLabels();
  const bar = h('div', { class: 'timeline', role: 'img', 'aria-label': 'Timeline' });
  const axis = h(
    'div',
    { class: 'axis', 'aria-hidden': 'true' },
    h('span'),
    h('span'),
    h('span'),
    h('span', {}, 'now'),
  );
  return {
    node: h('div', {}, heading, labels.node, bar, axis, legend()),
    update(now, { timeline, outages }) {
      const minutes = minutesShown(now, timeline[0]?.from ?? now);
      const start = now - minutes * minuteMs;
      setText(heading, minutes === 60 ? 'Last hour' : `Last ${minutes} minutes`);
      for (const [index, share] of [1, 2 / 3, 1 / 3].entries()) {
        setText(axis.children[index] as Element, agoWords(minutes * share * minuteMs));
      }
      labels.update(now, start, outages);
      const visible = timeline.filter(({ to }) => to === null || to > start);
      while (bar.childElementCount > visible.length) bar.lastElementChild?.remove();
      while (bar.childElementCount < visible.length) bar.append(h('span'));
      for (const [index, interval] of visible.entries()) {
        place(bar.children[index] as HTMLElement, interval, start, now);
      }
      setAttribute(bar, 'aria-label', describe(outages, start, now));
    },
  };
}

function legend(): HTMLElement {
  const entry = (kind: string, text: string): HTMLElement =>
    h('li', {}, h('span', { class: `swatch ${kind}` }), text);
  return h(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    entry('up', 'up'),
    entry('degraded', 'degraded'),
    entry('down', 'down'),
    entry('unknown', 'not running yet'),
  );
}

// Returns how many minutes the bar covers. A young process gets a shorter bar, because its data would
// otherwise fill only a few pixels at the right end.
function minutesShown(now: number, knownSince: number): number {
  return [2, 6, 15].find((minutes) => knownSince > now - minutes * minuteMs) ?? 60;
}

function place(
  segment: HTMLElement,
  { from, to, status, cause }: Interval,
  start: number,
  now: number,
): void {
  const left = (Math.max(from, start) - start) / (now - start);
  const right = ((to ?? now) - start) / (now - start);
  segment.className = status;
  segment.style.left = `${(left * 100).toFixed(3)}%`;
  segment.style.width = `${((right - left) * 100).toFixed(3)}%`;
  const reason = cause === null ? '' : `, ${codeWords(cause)}`;
  segment.title = `${statusWords[status]} from ${timeWords(from)} for ${durationWords((to ?? now) - from)}${reason}`;
}

function describe(outages: ConnectionPicture['outages'], start: number, now: number): string {
  if (outages.length === 0) return 'Timeline: no outage.';
  const awayMs = outages.reduce((sum, { from, to }) => sum + (to ?? now) - Math.max(from, start), 0);
  const count = outages.length === 1 ? '1 outage' : `${outages.length} outages`;
  return `Timeline: ${count}, ${durationWords(awayMs)} in all. The table below lists each.`;
}
