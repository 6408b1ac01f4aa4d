import { ConfigurationError } from '../errors.ts';
import { tellMistake } from '../observability/told-mistakes.ts';
import { defaultHealthPaths, type HealthPaths } from './health-path.ts';

/**
 * Warns once if `redisHealth()` is the handler of a route for one path, such as `app.get('/health', redisHealth())`,
 * that is none of its own paths: the requests of this route would get a 404 that does not say why. A route with
 * parameters or wildcards may also lead to the paths of the endpoints, so no warning is emitted for such a route.
 *
 * @param handlers the handlers of the route that matched the request
 * @param handler the middleware that did not respond to the request
 */
export function warnOfUnansweredRoute(
  { method, path, handlers }: MatchedRoute,
  handler: unknown,
  paths: HealthPaths = {},
): void {
  if ((method !== 'GET' && method !== 'HEAD') || typeof path !== 'string') return;
  if (!/^\/[\w./-]*$/.test(path) || !handlers.includes(handler)) return;
  const { live, ready, health } = defaultHealthPaths;
  const own = [paths.live ?? live, paths.ready ?? ready, paths.health ?? health];
  if (own.some((each) => each.toLowerCase() === path.toLowerCase())) return;
  tellMistake(
    new ConfigurationError(
      `redisHealth() is mounted on the route ${path}, but responds at ${own[0]}, ${own[1]} and ${own[2]}. ` +
        `Write app.use(redisHealth({ paths: { health: '${path}' } })).`,
    ),
  );
}

/** A route of a framework: its path, and the functions that handle its requests. */
export interface MatchedRoute {
  readonly method: string | undefined;
  readonly path: unknown;
  readonly handlers: readonly unknown[];
}
