import { createHash } from 'node:crypto';

const maxScripts = 500;

/**
 * The scripts that were loaded through a client, keyed by digest. A library that loads its script only once, at
 * startup, keeps working through an outage: the digest can be computed without the server, and EVAL runs a script that
 * the server does not have.
 */
export class ScriptMemory {
  readonly #scripts = new Map<string, string | Buffer>();

  /** Stores a script, and returns its digest. */
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
