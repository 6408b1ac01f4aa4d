/** The paths of the three health endpoints. */
export interface HealthPaths {
  /** Path of the liveness endpoint. Default `/livez`. */
  readonly live?: string;
  /** Path of the readiness endpoint. Default `/readyz`. */
  readonly ready?: string;
  /** Path of the detailed health endpoint. Default `/health/redis`. */
  readonly health?: string;
}

export type HealthEndpoint = keyof HealthPaths;

export const defaultHealthPaths: Readonly<Required<HealthPaths>> = {
  live: '/livez',
  ready: '/readyz',
  health: '/health/redis',
};

/**
 * Returns the health endpoint that a request is for. Only GET and HEAD requests match; the query string and one
 * trailing slash are ignored.
 *
 * @example
 * matchHealthPath('GET', '/readyz?verbose'); // 'ready'
 * matchHealthPath('POST', '/readyz');        // undefined: not a health request
 */
export function matchHealthPath(
  method: string | undefined,
  url: string | undefined,
  paths: HealthPaths = defaultHealthPaths,
): HealthEndpoint | undefined {
  if ((method !== 'GET' && method !== 'HEAD') || url === undefined) return undefined;
  const path = pathOf(url);
  if (path === (paths.live ?? defaultHealthPaths.live)) return 'live';
  if (path === (paths.ready ?? defaultHealthPaths.ready)) return 'ready';
  if (path === (paths.health ?? defaultHealthPaths.health)) return 'health';
  return undefined;
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
