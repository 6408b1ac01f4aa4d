import {
  createRedisResilience,
  protect,
  type RedisResilience,
  type ResilienceOptions,
} from '@redis-resilience/core';
import { clusterOptions, connectIoredis, IoredisPeer } from './ioredis-peer.js';
import type { Address, Command, Peer, PeerKind, Target } from './peer.js';

/** This project with its defaults, behind the same interface as the other clients. */
export class ResiliencePeer extends IoredisPeer implements Peer {
  readonly #resilience: RedisResilience;
  readonly #credentials: { password: string };
  #databaseChanges = 0;

  constructor(resilience: RedisResilience, credentials: { password: string }) {
    super(resilience.client);
    this.#resilience = resilience;
    this.#credentials = credentials;
    resilience.on('database-change', () => this.#databaseChanges++);
  }

  applyOnce(id: string, ...[name, ...args]: Command): Promise<unknown> {
    return this.#resilience.applyOnce(id, name, ...args);
  }

  database(): { readonly name: string; readonly changes: number } | undefined {
    const { database } = this.#resilience.snapshot();
    return database === undefined ? undefined : { name: database.name, changes: this.#databaseChanges };
  }

  onGap(listener: (gapMs: number) => void): void {
    this.#resilience.on('gap', ({ gapMs }) => listener(gapMs));
  }

  override setPassword(password: string): void {
    this.#credentials.password = password;
  }

  override close(): Promise<void> {
    return this.#resilience.close({ drainMs: 0 });
  }
}

export const ours: PeerKind = {
  name: 'ours',
  label: 'Redis Resilience',
  setup: 'this project with its defaults, on ioredis',
  packages: ['@redis-resilience/core', 'ioredis'],
  create(target) {
    const credentials = { password: passwordOf(target) ?? '' };
    return new ResiliencePeer(resilienceFor(target, credentials), credentials);
  },
};

const patienceMs = 10_000;

/**
 * Runs in rows in which a Cluster loses primaries. A call that waits longer fails less often, so only the failures of a
 * client that waits as long as ioredis does can be compared with those of ioredis.
 */
export const oursPatient: PeerKind = {
  name: 'ours-patient',
  label: 'Redis Resilience, patient',
  setup:
    'this project with `timeoutMs` and `admission.maxWaitMs` of 10 s, on ioredis; its calls wait until a replica has taken over, as those of ioredis with its defaults do, so the failures of these two compare like with like',
  packages: ['@redis-resilience/core', 'ioredis'],
  rows: [
    'cluster-killed',
    'cluster-frozen',
    'cluster-emptied',
    'cluster-two-frozen',
    'cluster-of-six-killed',
    'cluster-tls-killed',
    'cluster-mapped-killed',
  ],
  create(target) {
    const credentials = { password: passwordOf(target) ?? '' };
    const patience = { timeoutMs: patienceMs, admission: { maxWaitMs: patienceMs } };
    return new ResiliencePeer(resilienceFor(target, credentials, patience), credentials);
  },
};

/**
 * Runs only in rows where it makes a difference that `protect()` gets an ioredis client that is already connecting.
 */
export const oursByProtect: PeerKind = {
  name: 'protect',
  label: 'protect()',
  setup: 'this project with its defaults, through `protect()` of an ioredis client that is still connecting',
  packages: ['@redis-resilience/core', 'ioredis'],
  rows: ['first-socket-silent', 'first-socket-unanswered', 'quit-early'],
  create(target) {
    return new ResiliencePeer(protect(connectIoredis(target, {})), { password: passwordOf(target) ?? '' });
  },
};

function passwordOf(target: Target): string | undefined {
  if (target.kind === 'single') return target.password;
  return target.kind === 'cluster' ? target.settings?.password : undefined;
}

/** Creates a resilience for a target, with default options except for `options`. */
export function resilienceFor(
  target: Target,
  credentials: { password: string },
  options: ResilienceOptions = {},
): RedisResilience {
  switch (target.kind) {
    case 'single': {
      const { host, port, password, second } = target;
      if (second !== undefined) return resilienceForBoth({ host, port }, second);
      const connection = password === undefined ? {} : { credentials: () => ({ ...credentials }) };
      return createRedisResilience({ host, port }, { ...options, connection });
    }
    case 'sentinel':
      return createRedisResilience({ sentinels: [...target.sentinels], name: target.name }, options);
    case 'cluster': {
      const { password, ...settings } = target.settings ?? {};
      const connection = password === undefined ? {} : { credentials: () => ({ ...credentials }) };
      const cluster = target.nodes.map(({ host, port }) => ({ host, port }));
      return createRedisResilience(
        { cluster, options: clusterOptions(settings) },
        { ...options, connection },
      );
    }
    default:
      return target satisfies never;
  }
}

/** Returns to the preferred database after a short time, so that even a short run sees the return. */
function resilienceForBoth(first: Address, second: Address): RedisResilience {
  const databases = [
    { name: 'first', target: { ...first } },
    { name: 'second', target: { ...second } },
  ];
  return createRedisResilience({ databases }, { logger: false, failback: { afterMs: 1_000 } });
}
