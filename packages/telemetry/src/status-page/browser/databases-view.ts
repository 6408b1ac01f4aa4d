import { h, setAttribute, setText } from './element.ts';
import type { ConnectionPicture, DatabasePicture } from '../page-state.ts';
import { actionButton, sendAction } from './actions/send-action.ts';
import { createDatabaseChangeTable } from './tables.ts';
import { agoWords, codeWords, durationWords } from './words.ts';

export interface DatabasesView {
  readonly node: HTMLElement;
  update(now: number, picture: ConnectionPicture, token: string | null): void;
}

/**
 * Shows all databases of a connection, which of them is in use, and the changes between them. Hidden if the connection
 * has only one database.
 */
export function createDatabasesView(connection: string): DatabasesView {
  let token: string | null = null;
  const result = h('p', { role: 'status', class: 'muted' });
  const list = h('ul', { class: 'databases', 'aria-label': `Databases of ${connection}` });
  const changes = createDatabaseChangeTable(connection);
  const rows = new Map<string, Row>();
  const use = async (database: string): Promise<void> => {
    if (!window.confirm(`Use the database ${database} for ${connection}?`)) return;
    setText(result, '');
    const refusal = await sendAction('use-database', { connection, database }, token);
    setText(result, refusal ?? `${database} is in use.`);
  };
  const node = h('div', {}, h('h3', {}, 'Databases'), list, result, changes.node);
  return {
    node,
    update(now, { databases, databaseChanges }, given) {
      token = given;
      node.hidden = databases.length === 0;
      for (const database of databases) {
        let row = rows.get(database.name);
        if (row === undefined) {
          row = createRow(database.name, () => void use(database.name));
          rows.set(database.name, row);
          list.append(row.node);
        }
        row.update(now, database, token !== null);
      }
      changes.update(now, databaseChanges);
    },
  };
}

interface Row {
  readonly node: HTMLElement;
  update(now: number, database: DatabasePicture, mayAct: boolean): void;
}

function createRow(name: string, use: () => void): Row {
  const badge = h('span', { class: 'badge' });
  const words = h('span', { class: 'muted' });
  const button = actionButton('Use this one', name);
  button.addEventListener('click', use);
  return {
    node: h('li', {}, h('strong', {}, name), badge, words, button),
    update(now, database, mayAct) {
      const { inUse, health } = database;
      setAttribute(badge, 'class', `badge ${health === 'unknown' ? 'degraded' : health}`);
      setText(badge, inUse ? `in use, ${health}` : health === 'unknown' ? 'not asked yet' : health);
      setText(words, describe(now, database));
      button.hidden = !mayAct || inUse;
    },
  };
}

function describe(
  now: number,
  { weight, preferred, readOnly, role, lagMs, cause, lastChange, inUse }: DatabasePicture,
): string {
  return [
    `weight ${weight}`,
    preferred ? 'preferred' : '',
    readOnly ? 'read-only' : '',
    role ?? '',
    lagMs === null ? '' : `${durationWords(lagMs)} behind`,
    cause === null ? '' : codeWords(cause),
    lastChange === null ? '' : `${inUse ? 'came into use' : 'went out of use'} ${agoWords(now - lastChange)}`,
  ]
    .filter((words) => words !== '')
    .join(', ');
}
