import type { Cluster, Redis } from 'ioredis';
import { internals } from './internals.ts';

type Hearer = (...args: never[]) => void;

const hearers = new WeakMap<Redis | Cluster, Map<string, Hearer[]>>();

/**
 * Calls `hearer` at each event of this name, before the listeners of the application. Unlike a listener, the hearer is
 * not counted, is not removed by `removeAllListeners()`, and is called even if a listener throws.
 */
export function hear(client: Redis | Cluster, event: string, hearer: Hearer): void {
  const known = hearers.get(client) ?? hearAll(client);
  const others = known.get(event);
  // `concat` is used because V8 reserves room for 17 more elements in an array that is made by spreading.
  known.set(event, others === undefined ? [hearer] : others.concat(hearer));
}

function hearAll(client: Redis | Cluster): Map<string, Hearer[]> {
  const known = new Map<string, Hearer[]>();
  hearers.set(client, known);
  const target = internals(client);
  const emit = target.emit.bind(client);
  target.emit = (event, ...args) => {
    for (const hearer of known.get(event) ?? []) hearer(...(args as never[]));
    return emit(event, ...args);
  };
  return known;
}
