import { h, setText } from '../element.ts';
import { actionButton, sendAction } from './send-action.ts';
import type { ConnectionPicture } from '../../page-state.ts';

export interface ActionButtons {
  readonly node: HTMLElement;
  update(picture: ConnectionPicture, token: string | null): void;
}

/** Creates the buttons of one connection. The buttons are hidden while the page has no token and thus may not act. */
export function createActionButtons(name: string): ActionButtons {
  let token: string | null = null;
  const result = h('p', { role: 'status', class: 'muted' });
  const act = async (action: string, done: string): Promise<void> => {
    setText(result, '');
    setText(result, (await sendAction(action, { connection: name }, token)) ?? done);
  };
  const reconnect = actionButton('Reconnect now', name);
  const isolate = actionButton('Take out of use', name);
  const putBack = actionButton('Put back into use', name);
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
