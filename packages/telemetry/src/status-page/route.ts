/** What a request wants from the status page: the page itself, the stream of events, or an action. */
export type Route =
  | { readonly kind: 'page' }
  | { readonly kind: 'events' }
  | {
      readonly kind: 'action';
      readonly action: Action;
      readonly connection: string;
      /** For the action `use-database`: the name of the database to switch to; otherwise empty. */
      readonly database: string;
    };

export const actions = ['reconnect', 'isolate', 'put-back', 'use-database'] as const;
export type Action = (typeof actions)[number];

const maxUrlLength = 2048;

/** Returns what a request wants from the status page; undefined if the request is not for the status page. */
export function routeOf(
  method: string | undefined,
  url: string | undefined,
  path: string,
): Route | undefined {
  if (url === undefined || url.length > maxUrlLength || !url.startsWith(path)) return undefined;
  const queryAt = url.indexOf('?');
  const rest = (queryAt === -1 ? url : url.slice(0, queryAt)).slice(path.length);
  if (method === 'GET' || method === 'HEAD') {
    if (rest === '' || rest === '/') return { kind: 'page' };
    return rest === '/events' && method === 'GET' ? { kind: 'events' } : undefined;
  }
  const action = actions.find((name) => rest === `/${name}`);
  if (method !== 'POST' || action === undefined) return undefined;
  const query = new URLSearchParams(queryAt === -1 ? '' : url.slice(queryAt + 1));
  const [connection, database] = ['connection', 'database'].map((name) => query.get(name) ?? '');
  return { kind: 'action', action, connection: connection as string, database: database as string };
}
