import { isRedisResilienceError, RedisUnavailableError } from '../errors.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { redirectionOf } from '../replies/reply-error.ts';
import type { LeasePlace, LeasePlaces } from './places.ts';

/** A caller that waits for a connection to one place. */
interface Following {
  readonly keys: readonly (string | Buffer)[];
  readonly address: string;
  readonly abort: AbortController;
}

/** Takes callers that wait for a connection along when another node of the Cluster comes to serve their keys. */
export class LeaseMoves {
  readonly #places: LeasePlaces;
  readonly #connection: string;
  readonly #following = new Set<Following>();

  /** `connection` is the name of the resilience. */
  constructor(places: LeasePlaces, connection: string) {
    this.#places = places;
    this.#connection = connection;
  }

  /** Runs a lease at the present place of its keys, and again elsewhere if they move before it has a connection. */
  async follow<T>(
    keys: readonly (string | Buffer)[],
    run: (place: LeasePlace, waitSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const place = this.#places.placeOf(keys);
      const following = { keys, address: place.address, abort: new AbortController() };
      this.#following.add(following);
      try {
        return await run(place, following.abort.signal);
      } catch (error) {
        if (error === moved) continue;
        if (!isElsewhere(error)) throw error;
        this.#places.trouble();
        throw isRedisResilienceError(error) ? error : this.#elsewhere(error);
      } finally {
        this.#following.delete(following);
      }
    }
  }

  /** Call when the slots may have moved. */
  look(): void {
    for (const { keys, address, abort } of this.#following) {
      if (this.#places.placeOf(keys).address !== address) abort.abort(moved);
    }
  }

  #elsewhere(reply: unknown): RedisUnavailableError {
    return new RedisUnavailableError(
      'The slot of the key moved to another node of the Cluster during the lease; the command did not run. Lease ' +
        'again: the next lease leads to the node that serves the key.',
      { connection: this.#connection, reason: 'cluster-down', cause: reply },
    );
  }
}

const moved = new Error('Another node serves the key.');

/** Whether a node replied that it does not serve the key, so that the command did not run. */
export function isElsewhere(error: unknown): boolean {
  const reply = isRedisResilienceError(error) && error.outcome === 'not-applied' ? error.cause : error;
  if (!(reply instanceof Error) || !isReplyError(reply)) return false;
  if (redirectionOf(reply.message) !== undefined) return true;
  const { previousErrors } = reply as { previousErrors?: readonly unknown[] };
  return reply.message.startsWith('EXECABORT') && previousErrors?.some(isElsewhere) === true;
}
