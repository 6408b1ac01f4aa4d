import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/**
 * A Lua script over one key: sent whole the first time, so that it keeps its place among the commands of the
 * connection; by its digest from then on, and whole again when the server forgot it.
 */
export class Script {
  readonly #source: string;
  readonly #digest: string;
  readonly #sentTo = new WeakSet<Redis | Cluster>();

  constructor(source: string) {
    this.#source = source;
    this.#digest = createHash('sha1').update(source).digest('hex');
  }

  async run(
    client: Redis | Cluster,
    key: string,
    ...args: readonly (string | number | Buffer)[]
  ): Promise<unknown> {
    if (!this.#sentTo.has(client)) {
      this.#sentTo.add(client);
      return client.eval(this.#source, 1, key, ...args);
    }
    try {
      return await client.evalsha(this.#digest, 1, key, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(this.#source, 1, key, ...args);
    }
  }
}
