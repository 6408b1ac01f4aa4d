import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/**
 * A Lua script that uses one key. The first call on a client sends the source (EVAL). Later calls send only the digest
 * (EVALSHA), and the source again if the server no longer has the script. The first call does not try the digest: if
 * the server did not know the script, the source would be sent one round trip later, behind other commands on the
 * connection.
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
