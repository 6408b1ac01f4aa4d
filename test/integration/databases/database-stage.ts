import {
  createRedisResilience,
  type DatabaseChange,
  type DatabaseTarget,
  type RedisResilience,
  type ResilienceOptions,
} from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer, type StartRedisOptions } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';

export interface DatabaseStageOptions {
  readonly first?: StartRedisOptions;
  readonly second?: StartRedisOptions;
  /** Creates the targets; by default, the URLs of the two servers. */
  readonly targets?: (first: RedisServer, second: RedisServer) => readonly DatabaseTarget[];
  readonly resilience?: ResilienceOptions;
  /** The expected state of the standby connection to the second database. @default 'up' */
  readonly standby?: 'up' | 'down';
}

/** Two real servers, and a client that uses them as the databases `first` and `second`. */
export class DatabaseStage implements AsyncDisposable {
  readonly first: RedisServer;
  readonly second: RedisServer;
  readonly resilience: RedisResilience;
  readonly changes: DatabaseChange[] = [];

  private constructor(first: RedisServer, second: RedisServer, resilience: RedisResilience) {
    this.first = first;
    this.second = second;
    this.resilience = resilience;
    resilience.on('database-change', (change) => this.changes.push(change));
  }

  /** Resolves when a database is in use, and the standby connection is known to work or not. */
  static async start(options: DatabaseStageOptions = {}): Promise<DatabaseStage> {
    const [first, second] = await Promise.all([startRedis(options.first), startRedis(options.second)]);
    const databases = options.targets?.(first, second) ?? [
      { name: 'first', target: first.url, weight: 2 },
      { name: 'second', target: second.url },
    ];
    const resilience = createRedisResilience(
      { databases },
      {
        logger: false,
        ...options.resilience,
        connection: { idlePingMs: 100, ...options.resilience?.connection },
      },
    );
    const stage = new DatabaseStage(first, second, resilience);
    await resilience.ready({ timeoutMs: 5_000 });
    await stage.untilHealth('second', options.standby ?? 'up');
    return stage;
  }

  get client(): Redis {
    return this.resilience.client as Redis;
  }

  get inUse(): string | undefined {
    return this.resilience.snapshot().database?.name;
  }

  healthOf(name: string): string | undefined {
    return this.resilience.databases().find((database) => database.name === name)?.health;
  }

  async untilHealth(name: string, health: 'up' | 'down'): Promise<void> {
    await waitFor(() => this.healthOf(name) === health, { message: `${name} to be ${health}` });
  }

  /** Resolves when calls succeed on this database. */
  async untilOn(name: string, timeoutMs = 5_000): Promise<void> {
    await waitFor(() => this.inUse === name && this.resilience.snapshot().status !== 'down', {
      timeoutMs,
      message: `calls to pass on ${name}`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resilience.close({ drainMs: 0 });
    await Promise.all([this.first.stop(), this.second.stop()]);
  }
}
