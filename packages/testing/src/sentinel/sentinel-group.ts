import { checkKnownOptions } from '@redis-resilience/core/protocol';
import type { RedisServer } from '../server/redis-server.ts';
import { waitFor } from '../wait-for.ts';
import { primaryName } from './sentinel-conf.ts';

/**
 * Three sentinels that watch one primary and its replicas. Each node can be killed, frozen and restarted independently.
 */
export class SentinelGroup implements AsyncDisposable {
  /** The name under which the sentinels watch the primary. */
  readonly name = primaryName;
  /** The node that was primary at the start; see `currentPrimary()`. */
  readonly primary: RedisServer;
  /** The nodes that were replicas at the start. */
  readonly replicas: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  readonly #stop: () => Promise<void>;

  /** @internal Use `startSentinel`. */
  constructor(
    primary: RedisServer,
    replicas: readonly RedisServer[],
    sentinels: readonly RedisServer[],
    stop: () => Promise<void>,
  ) {
    this.primary = primary;
    this.replicas = replicas;
    this.sentinels = sentinels;
    this.#stop = stop;
  }

  /** Host and port of each sentinel, in the form of ioredis's option `sentinels`. */
  get sentinelAddresses(): { host: string; port: number }[] {
    return this.sentinels.map(({ host, port }) => ({ host, port }));
  }

  /**
   * Returns the node that the sentinels name as primary, even if that node is down. @throws Error if they disagree, or
   * none replies.
   */
  async currentPrimary(): Promise<RedisServer> {
    const named = new Set(await Promise.all(this.#awake().map((sentinel) => primaryPort(sentinel))));
    const [port] = named;
    const node = [this.primary, ...this.replicas].find((each) => each.port === port);
    if (named.size > 1)
      throw new Error(`The sentinels name different primaries: ports ${[...named].join(', ')}`);
    if (port === undefined) throw new Error('No sentinel is running that could name the primary.');
    if (!node) throw new Error(`The sentinels name a primary that is not of this group: port ${port}`);
    return node;
  }

  /**
   * Makes the sentinels promote a replica. Resolves when all running sentinels name the promoted replica as primary.
   */
  async failover(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkKnownOptions('group.failover', options, { timeoutMs: true });
    const { timeoutMs = 15_000 } = options;
    const before = await waitFor(() => this.currentPrimary(), { timeoutMs });
    const order = async (): Promise<boolean> => {
      const [sentinel] = this.#awake();
      return (await sentinel?.command('SENTINEL', 'FAILOVER', this.name)) === 'OK';
    };
    await waitFor(order, { timeoutMs, intervalMs: 50, message: 'a sentinel to begin the failover' });
    await this.waitForPrimary({ otherThan: before, timeoutMs });
  }

  /**
   * Resolves with the primary as soon as all running sentinels name the same node, and that node has the role of
   * primary. With `otherThan`, waits until the primary is another node than `otherThan`.
   *
   * @default otherThan none, timeoutMs 15000
   */
  async waitForPrimary(
    options: { readonly otherThan?: RedisServer; readonly timeoutMs?: number } = {},
  ): Promise<RedisServer> {
    checkKnownOptions('group.waitForPrimary', options, { otherThan: true, timeoutMs: true });
    const { otherThan, timeoutMs = 15_000 } = options;
    const promoted = async (): Promise<RedisServer | undefined> => {
      const node = await this.currentPrimary();
      if (node === otherThan || !isAwake(node)) return undefined;
      const [role] = (await node.command('ROLE')) as [string];
      return role === 'master' ? node : undefined;
    };
    return waitFor(promoted, { timeoutMs, intervalMs: 10, message: 'the sentinels to agree on a primary' });
  }

  /**
   * Resolves when all running sentinels see each other, the primary, and the replicas in sync.
   *
   * @default timeoutMs 15000
   */
  async waitUntilSettled(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkKnownOptions('group.waitUntilSettled', options, { timeoutMs: true });
    const settled = async (): Promise<boolean> => {
      const views = await Promise.all(this.#awake().map((sentinel) => this.#seesAll(sentinel)));
      return views.length > 0 && views.every(Boolean);
    };
    const { timeoutMs = 15_000 } = options;
    await waitFor(settled, {
      timeoutMs,
      intervalMs: 20,
      message: 'the sentinels to see each other and the replicas',
    });
  }

  /** Stops all processes permanently. Calling `stop` more than once is allowed. */
  stop(): Promise<void> {
    return this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #awake(): readonly RedisServer[] {
    return this.sentinels.filter(isAwake);
  }

  async #seesAll(sentinel: RedisServer): Promise<boolean> {
    const primary = toRecord(await sentinel.command('SENTINEL', 'MASTER', this.name));
    const sentinels = await sentinel.command('SENTINEL', 'SENTINELS', this.name);
    const replicas = await sentinel.command('SENTINEL', 'REPLICAS', this.name);
    const others = (sentinels as unknown[]).map(toRecord).filter(({ flags }) => flags === 'sentinel');
    const inSync = (replicas as unknown[])
      .map(toRecord)
      .filter((replica) => replica['flags'] === 'slave' && replica['master-link-status'] === 'ok');
    return (
      primary['flags'] === 'master' &&
      others.length === this.#awake().length - 1 &&
      inSync.length === [this.primary, ...this.replicas].filter(isAwake).length - 1
    );
  }
}

function isAwake(server: RedisServer): boolean {
  return server.running && !server.frozen;
}

async function primaryPort(sentinel: RedisServer): Promise<number> {
  const address = (await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primaryName)) as [
    string,
    string,
  ];
  return Number(address[1]);
}

function toRecord(flat: unknown): Record<string, string> {
  const fields = flat as string[];
  return Object.fromEntries(
    fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? '']] : [])),
  );
}
