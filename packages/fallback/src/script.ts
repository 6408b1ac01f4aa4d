import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/**
 * A Lua script that uses one key. The first call sends the source. If it sent only the digest, the server might not
 * know the script yet; the source would then be sent a round trip later, behind other commands on the connection. Later
 * calls send the digest, and the source again if the server has lost the script.
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
    key: string | Buffer,
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
