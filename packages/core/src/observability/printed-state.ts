import { inspect, type InspectOptions } from 'node:util';

/**
 * Returns property descriptors to define on an object. The descriptors make `console.log` and `JSON.stringify` show the
 * object's state instead of its fields, which contain credentials. All objects of a class can share one set of
 * descriptors.
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

/** Makes `console.log` and `JSON.stringify` show the snapshot of a `RedisResilience`. */
export const printedResilience = printedState(
  'RedisResilience',
  (resilience: { readonly snapshot: () => object }) => resilience.snapshot(),
);
