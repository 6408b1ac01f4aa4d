import type { Redis } from 'ioredis';
import type { ClusterNode } from './cluster-node.ts';

/** The connections of a cluster client, each with its watch. */
export class WatchedNodes {
  readonly #nodes = new Map<Redis, ClusterNode>();
  readonly #make: (client: Redis) => ClusterNode;
  readonly #onGone: () => void;

  constructor(make: (client: Redis) => ClusterNode, onGone: () => void) {
    this.#make = make;
    this.#onGone = onGone;
  }

  get count(): number {
    return this.#nodes.size;
  }

  get readyCount(): number {
    return [...this.#nodes.keys()].filter(({ status }) => status === 'ready').length;
  }

  isSilent(client: Redis): boolean {
    return this.#nodes.get(client)?.isSilent === true;
  }

  watch(client: Redis): void {
    if (this.#nodes.has(client)) return;
    this.#nodes.set(client, this.#make(client));
    client.once('end', () => this.forget(client));
  }

  forget(client: Redis): void {
    const node = this.#nodes.get(client);
    if (node === undefined) return;
    node.stop();
    this.#nodes.delete(client);
    this.#onGone();
  }

  prove(): void {
    for (const node of this.#nodes.values()) node.prove();
  }

  /** Resolves when every socket there is now is gone. */
  async closed(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.closed()));
  }
}
