import type { Redis } from 'ioredis';
import { internals } from '../internals.ts';

type Collection = object & Record<PropertyKey, unknown>;
type Kind = new () => Collection;

const made = Symbol('made');

interface Late {
  [made]: Collection | undefined;
}

const collections = ['addedBuiltinSet', '_autoPipelines', '_runningAutoPipelines', 'offlineQueue'];

/** The members that add nothing to a collection: as long as it is empty, they may be those of any empty collection. */
const readers: ReadonlySet<string | symbol> = new Set([
  Symbol.iterator,
  'size',
  'length',
  'has',
  'get',
  'keys',
  'values',
  'entries',
  'forEach',
  'isEmpty',
  'toArray',
  'peek',
  'peekAt',
  'peekFront',
  'peekBack',
  'shift',
  'pop',
  'delete',
  'clear',
]);

/**
 * Replaces the collections of a client that nobody has seen yet, and that stay empty in most protected clients: each
 * exists only once something has been added to it. Together, the empty collections take half a kilobyte per client.
 */
export function compactCollections(client: Redis): void {
  const target = internals(client) as unknown as Record<string, Collection | undefined>;
  for (const name of collections) {
    const collection = target[name];
    if (collection !== undefined) target[name] = lateOf(collection.constructor as Kind)();
  }
}

const known = new Map<Kind, () => Collection>();

function lateOf(kind: Kind): () => Collection {
  const make = known.get(kind) ?? makerOf(kind);
  known.set(kind, make);
  return make;
}

function makerOf(kind: Kind): () => Collection {
  const empty = new kind();
  class LateCollection implements Late {
    [made]: Collection | undefined;
  }
  const { prototype } = LateCollection;
  const original = kind.prototype as object;
  for (const name of Reflect.ownKeys(original)) {
    if (name !== 'constructor') Object.defineProperty(prototype, name, memberOf(original, name, kind, empty));
  }
  return () => new LateCollection() as unknown as Collection;
}

function memberOf(
  original: object,
  name: string | symbol,
  kind: Kind,
  empty: Collection,
): PropertyDescriptor {
  const { value } = Object.getOwnPropertyDescriptor(original, name) as PropertyDescriptor;
  const collectionOf = (late: Late): Collection =>
    late[made] ?? (readers.has(name) ? empty : (late[made] = new kind()));
  if (typeof value !== 'function')
    return {
      get(this: Late): unknown {
        return collectionOf(this)[name];
      },
    };
  const method = value as (...args: unknown[]) => unknown;
  return {
    value(this: Late, ...args: unknown[]): unknown {
      return method.apply(collectionOf(this), args);
    },
  };
}
