import { h } from '../element.ts';

/**
 * Creates a button. For screen readers, the name of the button includes the connection or database on which it acts.
 */
export function actionButton(text: string, subject: string): HTMLButtonElement {
  return h('button', { type: 'button', 'aria-label': `${text}: ${subject}` }, text);
}

/** Asks the application to perform an action. Resolves with undefined on success, otherwise with a message to show. */
export async function sendAction(
  action: string,
  about: { readonly connection: string; readonly database?: string },
  token: string | null,
): Promise<string | undefined> {
  const base = window.location.pathname.replace(/\/$/, '');
  try {
    const response = await fetch(`${base}/${action}?${new URLSearchParams(about).toString()}`, {
      method: 'POST',
      headers: { 'x-redis-status-token': token ?? '' },
    });
    if (response.ok) return undefined;
    return response.status === 409
      ? await response.text()
      : 'That was not allowed. Reload the page and try again.';
  } catch {
    return 'The application does not answer.';
  }
}
