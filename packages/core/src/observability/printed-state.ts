import { inspect, type InspectOptions } from 'node:util';

/**
 * Makes `console.log` and `JSON.stringify` show `state()` instead of the object's fields, which contain credentials.
 */
export function printState(object: object, title: string, state: () => object): void {
  const print = (_depth: number, options: InspectOptions): string => `${title} ${inspect(state(), options)}`;
  Object.defineProperties(object, {
    toJSON: { value: state, configurable: true, writable: true },
    [inspect.custom]: { value: print, configurable: true, writable: true },
  });
}
