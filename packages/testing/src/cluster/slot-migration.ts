import type { RedisServer } from '../server/redis-server.ts';
import { waitFor } from '../wait-for.ts';
import { slotRanges } from './cluster-view.ts';

/** The slot and the nodes of a migration. */
export interface SlotMigrationParties {
  readonly slot: number;
  readonly source: RedisServer;
  readonly target: RedisServer;
  /** All running nodes of the cluster. */
  readonly nodes: readonly RedisServer[];
  readonly password: string | undefined;
}

/**
 * A slot that is moving from one primary to another. The source replies with ASK for keys that it no longer has, and
 * with TRYAGAIN to commands of which it has only some of the keys.
 */
export class SlotMigration {
  readonly slot: number;
  readonly source: RedisServer;
  readonly target: RedisServer;
  readonly #nodes: readonly RedisServer[];
  readonly #auth: readonly string[];

  /** @internal Use `cluster.startSlotMigration`. */
  constructor(parties: SlotMigrationParties) {
    this.slot = parties.slot;
    this.source = parties.source;
    this.target = parties.target;
    this.#nodes = parties.nodes;
    this.#auth = parties.password ? ['AUTH', parties.password] : [];
  }

  /**
   * Marks the slot as importing on the target and as migrating on the source. You need not call this method, because
   * `cluster.startSlotMigration` has already called it.
   */
  async begin(): Promise<void> {
    await this.target.command('CLUSTER', 'SETSLOT', this.slot, 'IMPORTING', await idOf(this.source));
    await this.source.command('CLUSTER', 'SETSLOT', this.slot, 'MIGRATING', await idOf(this.target));
  }

  /** Moves up to `count` keys and resolves with the number moved. @default count all */
  async moveKeys(count = Infinity): Promise<number> {
    const { host, port } = this.target;
    const destination = [host, port, '', 0, migrateTimeoutMs, 'REPLACE', ...this.#auth];
    let moved = 0;
    while (moved < count) {
      const wanted = Math.min(100, count - moved);
      const keys = (await this.source.command('CLUSTER', 'GETKEYSINSLOT', this.slot, wanted)) as string[];
      if (keys.length === 0) break;
      await this.source.command('MIGRATE', ...destination, 'KEYS', ...keys);
      moved += keys.length;
    }
    return moved;
  }

  /** Moves the remaining keys, assigns the slot to the target, and resolves when every node knows the new owner. */
  async finish(): Promise<void> {
    await this.moveKeys();
    const id = await idOf(this.target);
    for (const node of [this.target, this.source, ...this.#nodes]) {
      await node.command('CLUSTER', 'SETSLOT', this.slot, 'NODE', id).catch(ignoreFromReplica);
    }
    const message = `every node to know the new home of slot ${this.slot}`;
    await waitFor(() => this.#isKnown(), { timeoutMs: 10_000, message });
  }

  async #isKnown(): Promise<boolean> {
    const views = await Promise.all(this.#nodes.map(slotRanges));
    return views.every((ranges) => {
      const home = ranges.find(({ first, last }) => first <= this.slot && this.slot <= last);
      return home?.primaryPort === this.target.port;
    });
  }
}

const migrateTimeoutMs = 5_000;

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.command('CLUSTER', 'MYID'));
}

/** Ignores the error with which a replica refuses SETSLOT, because a replica learns about slots from its primary. */
function ignoreFromReplica(error: unknown): void {
  if (!(error instanceof Error && error.message.includes('only with masters'))) throw error;
}
