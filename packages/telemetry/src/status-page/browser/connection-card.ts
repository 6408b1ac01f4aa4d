import { createActionButtons } from './actions/action-buttons.ts';
import { adviceWords } from './advice.ts';
import { createDatabasesView } from './databases-view.ts';
import { createDialingView } from './dialing-view.ts';
import { h, setAttribute, setText } from './element.ts';
import { createFacts } from './facts.ts';
import type { ConnectionPicture } from '../page-state.ts';
import { createSparkline } from './sparkline.ts';
import { createCommandTable, createOutageTable } from './tables.ts';
import { createTimelineView } from './timeline-view.ts';
import { durationWords, elapsedWords, numberWords, statusWords } from './words.ts';

export interface ConnectionCard {
  readonly node: HTMLElement;
  /**
   * Shows a new state. `isOnly` says that the page shows only this connection. In that case, the banner shows why the
   * connection is down, so the card does not.
   */
  update(now: number, picture: ConnectionPicture, token: string | null, isOnly: boolean): void;
  /** Updates only the texts that change with the time, such as how long an outage has lasted. */
  tick(now: number, picture: ConnectionPicture): void;
}

/**
 * Creates the card of one connection. A new state changes the elements of the card instead of replacing them,
 * so that focus and scroll position are preserved.
 */
export function createConnectionCard(name: string): ConnectionCard {
  const headingId = `connection-${encodeURIComponent(name)}`;
  const badge = h('span', { class: 'badge' });
  const since = h('span', { class: 'muted' });
  const why = h('p', { class: 'why' });
  const facts = createFacts();
  const dialing = createDialingView();
  const throughput = createSparkline('Commands per second');
  const latency = createSparkline('Latency, 95th percentile');
  const timeline = createTimelineView();
  const outages = createOutageTable(name);
  const commands = createCommandTable(name);
  const actions = createActionButtons(name);
  const databases = createDatabasesView(name);
  const node = h(
    'section',
    { class: 'card', 'aria-labelledby': headingId },
    h('div', { class: 'card-head' }, h('h2', { id: headingId }, name), badge, since),
    why,
    facts.node,
    actions.node,
    databases.node,
    timeline.node,
    outages.node,
    h('div', { class: 'tiles' }, throughput.node, latency.node),
    h('h3', {}, 'Connection attempts'),
    dialing.node,
    h('h3', {}, 'Slow or failed commands'),
    h('p', { class: 'muted' }, 'A visitor may have got a fallback all the same.'),
    commands.node,
  );

  function tick(now: number, picture: ConnectionPicture): void {
    setText(since, `for ${elapsedWords(now - picture.since)}`);
    dialing.update(now, picture);
  }

  function update(now: number, picture: ConnectionPicture, token: string | null, isOnly: boolean): void {
    setAttribute(node, 'data-status', picture.status);
    setAttribute(badge, 'class', `badge ${picture.status}`);
    setText(badge, statusWords[picture.status]);
    setText(why, whyWords(picture));
    why.hidden = isOnly || picture.cause === null;
    facts.update(picture);
    actions.update(picture, token);
    databases.update(now, picture, token);
    timeline.update(now, picture);
    outages.update(now, picture.outages);
    commands.update(now, picture.commands);
    updateSparklines(now, picture);
    tick(now, picture);
  }

  function updateSparklines(now: number, { rates }: ConnectionPicture): void {
    const last = rates.at(-1);
    if (last === undefined) return;
    const failed = last.failedPerSecond > 0 ? `, ${numberWords(last.failedPerSecond)} failed` : '';
    throughput.update(
      now,
      `${numberWords(last.perSecond)} answered${failed}`,
      numberWords,
      rates.map(({ at, perSecond }) => ({ at, value: perSecond })),
      rates.map(({ at, failedPerSecond }) => ({ at, value: failedPerSecond })),
    );
    latency.update(
      now,
      last.p95Ms === null
        ? last.failedPerSecond > 0
          ? 'no replies'
          : 'no commands'
        : `under ${durationWords(last.p95Ms)}`,
      durationWords,
      rates.map(({ at, p95Ms }) => ({ at, value: p95Ms })),
    );
  }

  return { node, update, tick };
}

function whyWords({ cause }: ConnectionPicture): string {
  return cause === null ? '' : `${cause.message} ${adviceWords(cause.code)}`;
}
