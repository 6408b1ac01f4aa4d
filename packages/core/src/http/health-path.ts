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
 * Returns the health endpoint that a request is for. Only GET and HEAD requests match; the origin, if there is one, the
 * query string and one trailing slash are ignored.
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

/** Matches what precedes the path if a proxy sends the whole URL in the request line (absolute-form). */
const origin = /^https?:\/\/[^/?]*/i;

function pathOf(url: string): string {
  const target = url.startsWith('/') ? url : url.replace(origin, '');
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
