import { createHash } from 'node:crypto';

const maxScripts = 500;

/**
 * The scripts that were loaded through a client, by their digests. A library that loads its script once when it starts
 * works through an outage: the digest is known without the server, and EVAL runs what the server has not.
 */
export class ScriptMemory {
  readonly #scripts = new Map<string, string | Buffer>();

  /** Keeps a script, and returns its digest. */
  keep(script: string | Buffer): string {
    const digest = createHash('sha1').update(script).digest('hex');
    if (this.#scripts.size < maxScripts) this.#scripts.set(digest, script);
    return digest;
  }

  get(digest: string): string | Buffer | undefined {
    return this.#scripts.get(digest.toLowerCase());
  }

  forget(): void {
    this.#scripts.clear();
  }
}
