import { uncalled } from '@redis-resilience/core/http';

/**
 * Makes `app.use(redisGuard)`, without the call, fail when it is mounted. To find out whether a mounted function is an
 * Express application, Express reads its property `handle`; it reads nothing else of a function before the first
 * request.
 */
export function refuseAtMount(...factories: readonly ((...options: never[]) => unknown)[]): void {
  for (const factory of factories) {
    Object.defineProperty(factory, 'handle', {
      get: () => {
        throw uncalled(factory.name);
      },
    });
  }
}
