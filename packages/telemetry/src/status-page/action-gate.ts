import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { StatusPageOptions } from './options.ts';
import { isSameOrigin } from './same-origin.ts';

/**
 * Decides which requests may act on a connection. An action needs all three: the application's `authorize` allows the
 * request, the request comes from a page of this origin, and it carries the token that only such a page can read.
 */
export class ActionGate {
  readonly #authorize: StatusPageOptions['authorize'];
  readonly #token = randomBytes(32).toString('base64url');

  constructor(authorize: StatusPageOptions['authorize']) {
    this.#authorize = authorize;
  }

  /** The token for a page that may act; null for any other page. */
  async tokenFor(request: IncomingMessage): Promise<string | null> {
    return (await this.#isAuthorized(request)) ? this.#token : null;
  }

  async admits(request: IncomingMessage): Promise<boolean> {
    return isSameOrigin(request, true) && this.#carriesToken(request) && (await this.#isAuthorized(request));
  }

  #carriesToken({ headers }: IncomingMessage): boolean {
    const given = Buffer.from(String(headers['x-redis-status-token'] ?? ''));
    const wanted = Buffer.from(this.#token);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  async #isAuthorized(request: IncomingMessage): Promise<boolean> {
    try {
      return (await this.#authorize?.(request)) === true;
    } catch {
      return false;
    }
  }
}
