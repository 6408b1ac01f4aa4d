import { uncalled } from '@redis-resilience/core/http';

/**
 * Refuses `app.use(redisGuard)` at mount. Express looks whether what it is given is an application of its own, and reads
 * `handle` for that: nothing else of a plain function is looked at before the first request.
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
