import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { StatusPageOptions } from './options.ts';
import { isSameOrigin } from './same-origin.ts';

/**
 * Decides who may act. Three things are needed: the application's own `authorize` says yes, the request comes from a page
 * of this origin, and it carries the token that only such a page could read.
 */
export class ActionGate {
  readonly #authorize: StatusPageOptions['authorize'];
  readonly #token = randomBytes(32).toString('base64url');

  constructor(authorize: StatusPageOptions['authorize']) {
    this.#authorize = authorize;
  }

  /** The token, for a page whose reader may act; null for any other. */
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
