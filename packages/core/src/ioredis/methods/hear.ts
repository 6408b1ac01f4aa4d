import type { Cluster, Redis } from 'ioredis';
import type { Listener } from '../../listener.ts';
import { internals, type Internals } from '../internals.ts';
import { beneath, shareMethod } from './replaced-method.ts';

type Hearer = ((...args: never[]) => void) | Listener<{ readonly kind: never }>;

/** What is told of one event (its hearers): for most events a single hearer, otherwise a list. */
type Hearers = Hearer | readonly Hearer[];

const hearers = Symbol('hearers');

interface Heard extends Internals {
  /** The hearers of each event, keyed by the name of the event. */
  [hearers]?: Record<string, Hearers>;
}

/**
 * Calls `hearer` at each event of this name, before the listeners of the application. Unlike a listener, the hearer is
 * not counted, is not removed by `removeAllListeners()`, and is called even if a listener throws. A hearer may also be
 * an object that is told the name of the event, because a closure for each event of each client would occupy more
 * memory.
 */
export function hear(client: Redis | Cluster, event: string, hearer: Hearer): void {
  const known = hearersOf(client);
  const others = known[event];
  // `concat` is used because V8 reserves room for 17 more elements in an array that is made by spreading.
  known[event] = others === undefined ? hearer : listOf(others).concat(hearer);
}

function hearersOf(client: Redis | Cluster): Record<string, Hearers> {
  const target = internals(client) as Heard;
  if (target[hearers] === undefined) {
    target[hearers] = {};
    shareMethod(client, 'emit', emitHeard);
  }
  return target[hearers];
}

function emitHeard(this: Heard, event: string, ...args: unknown[]): boolean {
  const known = this[hearers] ?? {};
  const heard = Object.hasOwn(known, event) ? known[event] : undefined;
  if (heard !== undefined) for (const hearer of listOf(heard)) tell(hearer, event, args);
  return beneath(this as Internals, 'emit').call(this, event, ...args);
}

function tell(hearer: Hearer, event: string, args: readonly unknown[]): void {
  if (typeof hearer === 'function') hearer(...(args as never[]));
  else hearer.onNews({ kind: event as never });
}

function listOf(known: Hearers): readonly Hearer[] {
  return Array.isArray(known) ? (known as readonly Hearer[]) : [known as Hearer];
}
