import { uncalled } from '@redis-resilience/core/http';

/**
 * Makes `app.use(redisGuard)`, which should be `app.use(redisGuard())`, throw immediately. `app.use` reads the property
 * `handle` of each function, to find out whether it is an Express application, so a getter for `handle` can throw.
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
