import type { Cluster, Redis } from 'ioredis';
import { internals, type Internals } from '../internals.ts';
import { compactCollections } from '../options/compact-collections.ts';
import { compactOptions } from '../options/compact-options.ts';
import { beneath, shareMethod } from './replaced-method.ts';

type OnDuplicate = (duplicate: Redis, isOwn: boolean) => void;

const made = Symbol('duplicates');

interface Duplicated extends Internals {
  [made]: OnDuplicate;
}

/**
 * Calls `onDuplicate` with each client that `duplicate()` creates, before that client connects. `isOwn` means that the
 * duplicate was given its own endpoint or login, and therefore does not inherit credentials.
 */
export function interceptDuplicate(client: Redis, onDuplicate: OnDuplicate): void {
  (internals(client) as Duplicated)[made] = onDuplicate;
  shareMethod(client, 'duplicate', duplicateProtected);
}

function duplicateProtected(this: Duplicated, override: unknown = {}): Redis {
  const given = override as Readonly<Record<string, unknown>>;
  const isLazy = given['lazyConnect'] ?? this.options['lazyConnect'];
  const isOwn = isOwnTarget(given, this.options);
  const login = isOwn ? { ...noLogin, ...given } : given;
  const original = beneath(this as Internals, 'duplicate');
  const duplicate = original.call(this, { ...login, lazyConnect: true }) as Redis;
  compactOptions(duplicate);
  compactCollections(duplicate);
  this[made](duplicate, isOwn);
  setLazy(duplicate, isLazy === true);
  return duplicate;
}

/** Like {@link interceptDuplicate}, for a Cluster. */
export function interceptClusterDuplicate(cluster: Cluster, onDuplicate: (duplicate: Cluster) => void): void {
  const original = cluster.duplicate.bind(cluster);
  cluster.duplicate = (nodes, override) => {
    const isLazy = override?.lazyConnect ?? internals(cluster).options['lazyConnect'];
    const duplicate = original(nodes, { ...override, lazyConnect: true });
    onDuplicate(duplicate);
    setLazy(duplicate, isLazy === true);
    return duplicate;
  };
}

/**
 * Restores the user's choice of `lazyConnect`: clients are constructed lazy, so that they are protected before they
 * connect.
 */
export function setLazy(client: Redis | Cluster, isLazy: boolean): void {
  internals(client).options['lazyConnect'] = isLazy;
  if (!isLazy) wake(client);
}

const noLogin = { username: null, password: null, sentinelUsername: null, sentinelPassword: null };
const ownNames = ['host', 'port', 'path', 'sentinels', 'name', 'username', 'password'];

/** Whether the overriding options name a different endpoint or login than the options of the original client. */
function isOwnTarget(
  override: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>>,
): boolean {
  return ownNames.some(
    (name) => override[name] !== undefined && textOf(override[name]) !== textOf(options[name]),
  );
}

// A port may be a number or a string; null and undefined both mean that there is no value.
function textOf(value: unknown): string {
  return JSON.stringify(value ?? '').replaceAll('"', '');
}

/** Connects a client that has never been told to connect. */
export function wake(client: Redis | Cluster): void {
  if (internals(client).status === 'wait') internals(client).connect().catch(ignore);
}

function ignore(): void {
  // The connection reports failed attempts.
}
