import type { RedisResilience } from '../redis-resilience.ts';

/** What an object needs for the properties of {@link boundWhenRead}. */
export interface Bindable {
  /** The object itself, which a proxy of the object returns too. */
  readonly [bindable]: this;
  /** The methods that have been read; undefined until the first one is. */
  [bound]: Record<string, unknown> | undefined;
}

export const bindable = Symbol('bindable');
export const bound = Symbol('bound');

/**
 * Returns properties to define on each `RedisResilience`, in front of the methods of its class. Reading such a property
 * returns the method bound to the object, so that the method also works without it: `const { execute } = resilience`. A
 * method is bound when it is first read, because most methods of most objects never are, and 16 bound methods would
 * occupy a kilobyte per object. Like a field, such a property is copied by spreading, and can be assigned to.
 */
export function boundWhenRead(prototype: RedisResilience): PropertyDescriptorMap {
  return Object.fromEntries(names.map((name) => [name, propertyOf(prototype, name)]));
}

const names: readonly (keyof RedisResilience)[] = [
  'snapshot',
  'detail',
  'on',
  'execute',
  'applyOnce',
  'lease',
  'transaction',
  'history',
  'ready',
  'reconnect',
  'reauthenticate',
  'databases',
  'failover',
  'setDatabaseWeight',
  'isolate',
  'close',
];

function propertyOf(prototype: object, name: string): PropertyDescriptor {
  const method = (prototype as Record<string, unknown>)[name] as (...args: never[]) => unknown;
  return {
    configurable: true,
    enumerable: true,
    get(this: Partial<Bindable> | undefined): unknown {
      const object = this?.[bindable];
      // Mocking libraries call the getter of a property without its object, to find out what they replace.
      if (object === undefined) return method;
      const known = (object[bound] ??= {});
      known[name] ??= method.bind(object as never);
      return known[name];
    },
    set(this: object, value: unknown): void {
      Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
    },
  };
}
