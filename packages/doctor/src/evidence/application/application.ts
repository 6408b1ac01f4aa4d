import type {
  DatabaseReport,
  HistoryEntry,
  RedisResilience,
  RedisSnapshot,
  ResilienceOptions,
  SnapshotDetail,
} from '@redis-resilience/core';
import type { Cluster, Redis } from 'ioredis';
import { settingsOf } from '../../target/resolve-target.ts';

/** Facts about the application's own client and `RedisResilience`. Reading these facts sends no command to Redis. */
export interface ApplicationEvidence {
  readonly snapshot: RedisSnapshot | undefined;
  readonly history: readonly HistoryEntry[];
  /**
   * The state of the pool from which connections are leased. Undefined if the target is a client without a
   * RedisResilience.
   */
  readonly pool: SnapshotDetail['pool'] | undefined;
  readonly shared: SnapshotDetail['shared'] | undefined;
  /** The state of each of several databases; empty if there is only one. */
  readonly databases: readonly DatabaseReport[];
  /**
   * The options of the RedisResilience with their defaults. Undefined if the target is a client without a
   * RedisResilience.
   */
  readonly settings: ResilienceOptions | undefined;
  readonly isCluster: boolean;
  readonly options: ClientOptions;
  /** Whether `retryStrategy` gives up: it is null or false, or it returns no delay for attempt 1,000. */
  readonly givesUp: boolean;
  /** The address that the client's socket is connected to. */
  readonly remoteAddress: string | undefined;
}

/** The ioredis options that decide what happens in an outage. */
export interface ClientOptions {
  readonly commandTimeout?: number | null;
  readonly connectTimeout?: number | null;
  readonly socketTimeout?: number | null;
  readonly keepAlive?: number | null;
  readonly maxRetriesPerRequest?: number | null;
  readonly enableOfflineQueue?: boolean;
  readonly autoResendUnfulfilledCommands?: boolean;
  readonly autoResubscribe?: boolean;
  readonly enableReadyCheck?: boolean;
  readonly protocol?: number;
  readonly retryStrategy?: unknown;
  readonly tls?: { readonly rejectUnauthorized?: boolean } | null;
}

const manyAttempts = 1000;

export function gatherApplication(
  client: Redis | Cluster,
  resilience: RedisResilience | undefined,
): ApplicationEvidence {
  const { options, isCluster, stream } = client as unknown as Driver;
  const ownOptions = isCluster === true ? { ...options, ...options.redisOptions } : options;
  return {
    snapshot: resilience?.snapshot(),
    history: resilience?.history() ?? [],
    pool: resilience?.detail().pool,
    shared: resilience?.detail().shared,
    databases: resilience?.databases() ?? [],
    settings: resilience === undefined ? undefined : settingsOf(resilience),
    isCluster: isCluster === true,
    options: ownOptions,
    givesUp: givesUp(ownOptions.retryStrategy),
    remoteAddress: stream?.remoteAddress,
  };
}

interface Driver {
  readonly options: ClientOptions & { readonly redisOptions?: ClientOptions };
  readonly isCluster?: boolean;
  readonly stream?: { readonly remoteAddress?: string };
}

function givesUp(retryStrategy: unknown): boolean {
  if (typeof retryStrategy !== 'function') return retryStrategy === null || retryStrategy === false;
  try {
    return typeof (retryStrategy as (attempt: number) => unknown)(manyAttempts) !== 'number';
  } catch {
    return true;
  }
}
