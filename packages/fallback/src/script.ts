import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A Lua script over one key: sent by its digest, and whole where the server does not know it yet. */
export class Script {
  readonly #source: string;
  readonly #digest: string;

  constructor(source: string) {
    this.#source = source;
    this.#digest = createHash('sha1').update(source).digest('hex');
  }

  async run(
    client: Redis | Cluster,
    key: string,
    ...args: readonly (string | number | Buffer)[]
  ): Promise<unknown> {
    try {
      return await client.evalsha(this.#digest, 1, key, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(this.#source, 1, key, ...args);
    }
  }
}
