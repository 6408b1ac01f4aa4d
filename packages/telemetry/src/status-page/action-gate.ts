import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { systemClock, type TimerHandle } from '@redis-resilience/core';
import type { StatusPageOptions } from './options.ts';
import { isAllowedHost } from './allowed-host.ts';
import { isSameOrigin } from './same-origin.ts';

/**
 * Maximum number of concurrent calls of `authorize`. The number and duration of these calls are limited, because
 * `authorize` may query a database that is unavailable.
 */
const maxAsking = 20;
const authorizeTimeoutMs = 5_000;

/**
 * Decides which requests may act on a connection. Four conditions must be true: `authorize` allows the request; the
 * request was sent to a host name of this application; the request comes from a page of the same origin; and the
 * request carries the token of this process, which only such a page can read.
 */
export class ActionGate {
  readonly #authorize: StatusPageOptions['authorize'];
  readonly #hosts: readonly string[];
  #asking = 0;
  readonly #token = randomBytes(32).toString('base64url');

  constructor(authorize: StatusPageOptions['authorize'], hosts: readonly string[] = []) {
    this.#authorize = authorize;
    this.#hosts = hosts;
  }

  /** Returns the token if the sender of the request may use the buttons; otherwise null. */
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
    if (!isAllowedHost(request.headers.host, this.#hosts)) return false;
    if (this.#authorize === undefined || this.#asking >= maxAsking) return false;
    // A callback written in JavaScript may return anything, so only `true` counts.
    return (await this.#inTime(this.#ask(this.#authorize, request))) === true;
  }

  // Calls `authorize`. A call that takes too long keeps counting towards the maximum until it ends, because it may
  // still occupy a resource, such as a database connection.
  async #ask(authorize: (request: IncomingMessage) => unknown, request: IncomingMessage): Promise<unknown> {
    this.#asking += 1;
    try {
      return await authorize(request);
    } catch {
      return false;
    } finally {
      this.#asking -= 1;
    }
  }

  async #inTime(answer: Promise<unknown>): Promise<unknown> {
    let timer: TimerHandle | undefined;
    const late = new Promise<false>((resolve) => {
      timer = systemClock.setTimeout(() => resolve(false), authorizeTimeoutMs);
    });
    const isAllowed = await Promise.race([answer, late]);
    if (timer !== undefined) systemClock.clearTimeout(timer);
    return isAllowed;
  }
}
