import { inspect, type InspectOptions } from 'node:util';

/**
 * Returns the properties with which `console.log` and `JSON.stringify` show the state of an object instead of its
 * fields, which contain credentials. All objects of a kind share them.
 *
 * @example
 * const printed = printedState('Redis', ({ status }: Redis) => ({ status }));
 * Object.defineProperties(client, printed);
 */
export function printedState(title: string, stateOf: (object: never) => object): PropertyDescriptorMap {
  function toJSON(this: never): object {
    return stateOf(this);
  }
  function print(this: never, _depth: number, options: InspectOptions): string {
    return `${title} ${inspect(stateOf(this), options)}`;
  }
  return {
    toJSON: { value: toJSON, configurable: true, writable: true },
    [inspect.custom]: { value: print, configurable: true, writable: true },
  };
}

/** A resilience is shown by its snapshot. */
export const printedResilience = printedState(
  'RedisResilience',
  (resilience: { readonly snapshot: () => object }) => resilience.snapshot(),
);
