import { adviceWords } from './advice.ts';
import { nextAttemptWords } from './dialing-view.ts';
import { h, setAttribute, setText } from './element.ts';
import type { ConnectionPicture, PageState, StatusWord } from '../page-state.ts';
import { agoWords, durationWords, elapsedWords, statusWords, timeWords } from './words.ts';

export interface Banner {
  update(now: number, state: PageState): void;
}

const signs: Readonly<Record<StatusWord, string>> = { up: '\u2713', degraded: '!', down: '\u2715' };
const order: readonly StatusWord[] = ['up', 'degraded', 'down'];
const recentMs = 10 * 60 * 1000;

/** Fills the summary at the top of the page. */
export function createBanner(node: HTMLElement): Banner {
  const sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
  const headline = h('p', { class: 'headline' });
  const detail = h('p');
  const next = h('p', { class: 'next' });
  const works = h('p', { class: 'muted' });
  node.replaceChildren(sign, h('div', {}, headline, detail, next, works));
  return {
    update(now, { connections }) {
      const worst = worstOf(connections);
      if (worst === undefined) return;
      setAttribute(node, 'data-status', worst.status);
      setText(sign, signs[worst.status]);
      setText(headline, headlineWords(worst, connections));
      setText(detail, detailWords(worst, connections.length === 1));
      setText(next, worst.status === 'up' ? lastOutageWords(now, connections) : awayWords(now, worst));
      setText(works, worksWords(worst));
      works.hidden = worst.status === 'up';
    },
  };
}

/** Returns the connection with the worst status. */
export function worstOf(connections: readonly ConnectionPicture[]): ConnectionPicture | undefined {
  return connections.toSorted((left, right) => order.indexOf(right.status) - order.indexOf(left.status))[0];
}

function headlineWords(worst: ConnectionPicture, all: readonly ConnectionPicture[]): string {
  if (worst.status === 'up') return all.length === 1 ? 'Redis is up' : `All ${all.length} connections are up`;
  const word = statusWords[worst.status].toLowerCase();
  if (all.length === 1) return `Redis is ${word}`;
  const affected = all.filter(({ status }) => status !== 'up').length;
  return `${worst.name} is ${word} (${affected} of ${all.length} connections affected)`;
}

function detailWords({ status, cause, reads, writes }: ConnectionPicture, isOnly: boolean): string {
  if (status === 'up') return 'Reads and writes work.';
  const what = reads === writes ? '' : reads ? 'Reads work; writes do not.' : 'Writes work; reads do not.';
  // If there are several connections, each connection's card shows advice, so the banner shows none.
  const advice = isOnly && cause !== null ? adviceWords(cause.code) : '';
  return [what, cause?.message ?? 'The connection is being established.', advice]
    .filter((words) => words !== '')
    .join(' ');
}

function awayWords(now: number, worst: ConnectionPicture): string {
  const since = `Since ${timeWords(worst.since)}, for ${elapsedWords(now - worst.since)} so far.`;
  return `${since} ${nextAttemptWords(now, worst)}`;
}

function worksWords({ status, reads, writes }: ConnectionPicture): string {
  if (status === 'down')
    return 'The application runs on without Redis: commands fail at once or use their fallback.';
  if (reads === writes) return 'Redis is recovering.';
  return `${reads ? 'Writes' : 'Reads'} fail at once or use their fallback.`;
}

function lastOutageWords(now: number, connections: readonly ConnectionPicture[]): string {
  const over = connections.flatMap(({ name, outages }) =>
    outages.filter(({ to }) => to !== null).map((outage) => ({ name, ...outage })),
  );
  const last = over.toSorted((left, right) => (right.to ?? 0) - (left.to ?? 0))[0];
  if (last === undefined || last.to === null) return 'No outage in the last hour.';
  const agoMs = now - last.to;
  const who = connections.length === 1 ? '' : ` of ${last.name}`;
  const lasted = durationWords(last.to - last.from);
  const sentence =
    agoMs < recentMs
      ? `Recovered ${agoWords(agoMs)} from an outage${who} of ${lasted}.`
      : `The last outage${who} ended ${agoWords(agoMs)} and lasted ${lasted}.`;
  return `${sentence} Cause: ${last.message}`;
}
