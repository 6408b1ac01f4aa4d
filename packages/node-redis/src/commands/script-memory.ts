import { createHash } from 'node:crypto';

const maxScripts = 500;

/**
 * The scripts that were loaded through a client, at most 500, by their SHA-1 digests. Remembered scripts allow a
 * library to load its script only once, at startup, even if Redis is down then or restarts later: the client computes
 * the digest itself, and sends EVAL with the script if the server does not have it.
 */
export class ScriptMemory {
  readonly #scripts = new Map<string, string | Buffer>();

  /** Stores a script, and returns its SHA-1 digest. */
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
