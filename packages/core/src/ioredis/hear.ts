import type { Cluster, Redis } from 'ioredis';
import { internals } from './internals.ts';

type Hearer = (...args: never[]) => void;

/** The hearers of one event: for most events a single function, otherwise a list. */
type Hearers = Hearer | readonly Hearer[];

const hearers = new WeakMap<Redis | Cluster, Map<string, Hearers>>();

/**
 * Calls `hearer` at each event of this name, before the listeners of the application. Unlike a listener, the hearer is
 * not counted, is not removed by `removeAllListeners()`, and is called even if a listener throws.
 */
export function hear(client: Redis | Cluster, event: string, hearer: Hearer): void {
  const known = hearers.get(client) ?? hearAll(client);
  const others = known.get(event);
  // `concat` is used because V8 reserves room for 17 more elements in an array that is made by spreading.
  known.set(event, others === undefined ? hearer : listOf(others).concat(hearer));
}

function hearAll(client: Redis | Cluster): Map<string, Hearers> {
  const known = new Map<string, Hearers>();
  hearers.set(client, known);
  const target = internals(client);
  const { emit } = target;
  target.emit = (event, ...args) => {
    const heard = known.get(event);
    if (typeof heard === 'function') heard(...(args as never[]));
    else for (const hearer of heard ?? []) hearer(...(args as never[]));
    return emit.call(client, event, ...args);
  };
  return known;
}

function listOf(known: Hearers): readonly Hearer[] {
  return typeof known === 'function' ? [known] : known;
}
