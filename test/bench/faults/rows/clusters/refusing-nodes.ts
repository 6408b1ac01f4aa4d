import type { RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * How often each node is asked whether the Cluster is up, and by how much the recorded beginning and end of a
 * refusal may be off.
 */
const periodMs = 10;
const slackMs = 40;

interface Spell {
  readonly from: number;
  until: number;
}

/**
 * Records when nodes of a Cluster reply that the Cluster is down. While a node replies that the Cluster is down, the
 * node rejects every call, although its process runs.
 */
export class RefusingNodes implements Disposable {
  readonly #spells = new Map<RedisServer, Spell[]>();
  #isStopped = false;

  constructor(nodes: readonly RedisServer[]) {
    for (const node of nodes) void this.#watch(node);
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
  }

  /** Whether the node rejected all calls during this period. */
  refusedAll(node: RedisServer | undefined, from: number, until: number): boolean {
    const spells = node === undefined ? [] : (this.#spells.get(node) ?? []);
    return spells.some((spell) => spell.from - slackMs <= from && spell.until + slackMs >= until);
  }

  async #watch(node: RedisServer): Promise<void> {
    const spells: Spell[] = [];
    this.#spells.set(node, spells);
    let current: Spell | undefined;
    while (!this.#isStopped) {
      const askedAt = performance.now();
      const info = node.running ? await node.command('CLUSTER', 'INFO').catch(() => undefined) : undefined;
      if (!String(info).includes('cluster_state:fail')) current = undefined;
      else if (current === undefined) spells.push((current = { from: askedAt, until: askedAt }));
      else current.until = askedAt;
      await delay(periodMs);
    }
  }
}
