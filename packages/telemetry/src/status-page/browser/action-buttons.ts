import { h, setText } from './element.ts';
import type { ConnectionPicture } from '../page-state.ts';

export interface ActionButtons {
  readonly node: HTMLElement;
  update(picture: ConnectionPicture, token: string | null): void;
}

/** The buttons of one connection, hidden while the page is read-only. */
export function createActionButtons(name: string): ActionButtons {
  let token: string | null = null;
  const result = h('p', { role: 'status', class: 'muted' });
  const act = async (action: string, done: string): Promise<void> => {
    setText(result, '');
    const isDone = await send(action, name, token);
    setText(result, isDone ? done : 'That was not allowed. Reload the page and try again.');
  };
  const reconnect = button('Reconnect now', name);
  const isolate = button('Take out of use', name);
  const putBack = button('Put back into use', name);
  reconnect.addEventListener('click', () => void act('reconnect', 'Reconnecting.'));
  isolate.addEventListener('click', () => {
    if (
      window.confirm(`Take ${name} out of use? All its commands will fail at once or use their fallback.`)
    ) {
      void act('isolate', 'Taken out of use.').then(() => putBack.focus());
    }
  });
  putBack.addEventListener('click', () => void act('put-back', 'Put back.').then(() => isolate.focus()));
  const node = h('div', { class: 'actions' }, reconnect, isolate, putBack, result);
  return {
    node,
    update(picture, given) {
      token = given;
      node.hidden = token === null;
      isolate.hidden = picture.isolatedHere;
      putBack.hidden = !picture.isolatedHere;
    },
  };
}

function button(text: string, name: string): HTMLButtonElement {
  return h('button', { type: 'button', 'aria-label': `${text}: ${name}` }, text);
}

async function send(action: string, name: string, token: string | null): Promise<boolean> {
  const base = window.location.pathname.replace(/\/$/, '');
  try {
    const response = await fetch(`${base}/${action}?connection=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'x-redis-status-token': token ?? '' },
    });
    return response.ok;
  } catch {
    return false;
  }
}
