import { h, setAttribute } from './element.ts';
import type { CommandPicture, DatabaseChangePicture, OutagePicture } from '../page-state.ts';
import {
  agoWords,
  bytesWords,
  codeWords,
  durationWords,
  elapsedWords,
  failureWords,
  numberWords,
  statusWords,
  timeWords,
} from './words.ts';

/** A table that shows a message while it has no rows. */
export interface Table<Row> {
  readonly node: HTMLElement;
  update(now: number, rows: readonly Row[]): void;
}

/** Creates the table of the outages of the last hour. */
export function createOutageTable(name: string): Table<OutagePicture> {
  return createTable(
    `Outages of ${name} in the last hour`,
    ['Started', 'Lasted', 'Cause', 'Status'],
    'No outage in the last hour.',
    'outages',
    (now, { from, to, worst, message, also }) => [
      timeWords(from),
      to === null ? `${elapsedWords(now - from)}, ongoing` : durationWords(to - from),
      also.length === 0 ? message : `${message} Also: ${also.join(' ')}`,
      to === null
        ? h('span', { class: `badge ${worst}` }, statusWords[worst])
        : h('span', { class: 'badge ended' }, `ended, was ${statusWords[worst].toLowerCase()}`),
    ],
  );
}

/** Creates the table of the latest slow or failed commands. */
export function createCommandTable(name: string): Table<CommandPicture> {
  return createTable(
    `Slow or failed commands of ${name}`,
    ['When', 'Command', 'Result', 'Took', 'Keys', 'Size', 'Queue'],
    'None so far. Commands that are refused at once while Redis is away are counted above, not listed here.',
    'commands',
    (now, { at, command, commands, failure, durationMs, keys, bytes, queue }) => [
      agoWords(now - at),
      h('code', {}, commands === 1 ? command : `${command} of ${commands}`),
      failure === null
        ? 'slow'
        : h('span', { class: `${failureClass(failure)} nowrap` }, failureWords(failure)),
      h('span', { class: 'nowrap' }, durationWords(durationMs)),
      numberWords(keys),
      bytesWords(bytes),
      numberWords(queue),
    ],
  );
}

/** Creates the table of the latest changes from one database to another. */
export function createDatabaseChangeTable(name: string): Table<DatabaseChangePicture> {
  return createTable(
    `Changes of database of ${name}`,
    ['When', 'From', 'To', 'Reason', 'Took'],
    'No change since this page was started.',
    'changes',
    (now, { at, from, to, reason, durationMs }) => [
      `${timeWords(at)}, ${agoWords(now - at)}`,
      from,
      to,
      codeWords(reason),
      durationWords(durationMs),
    ],
  );
}

// Returns the CSS class with which to show a failed command. An unknown outcome is more serious than other failures,
// because nobody knows whether the command ran; for any other failure, the visitor may have got a fallback.
function failureClass(code: string): string {
  return code === 'OUTCOME_UNKNOWN' ? 'trouble' : 'caution';
}

type Cell = string | HTMLElement;

function createTable<Row>(
  caption: string,
  columns: readonly string[],
  emptyText: string,
  kind: string,
  cellsOf: (now: number, row: Row) => readonly Cell[],
): Table<Row> {
  const body = h('tbody');
  const heads = columns.map((column) => h('th', { scope: 'col' }, column));
  const table = h(
    'table',
    { class: kind },
    h('caption', { class: 'unseen' }, caption),
    h('thead', {}, h('tr', {}, ...heads)),
    body,
  );
  const scroller = h(
    'div',
    { class: 'scroller', role: 'region', 'aria-label': caption, tabindex: '0' },
    table,
  );
  const empty = h('p', { class: 'muted' }, emptyText);
  const node = h('div', {}, scroller, empty);
  let shown = '';
  return {
    node,
    update(now, rows) {
      scroller.hidden = rows.length === 0;
      empty.hidden = rows.length > 0;
      const cells = rows.map((row) => cellsOf(now, row));
      const text = JSON.stringify(
        cells.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : cell.outerHTML))),
      );
      if (text === shown) return;
      shown = text;
      body.replaceChildren(...cells.map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, cell)))));
      setAttribute(table, 'aria-rowcount', String(rows.length + 1));
    },
  };
}
