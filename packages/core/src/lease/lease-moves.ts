import { ConfigurationError, isRedisResilienceError, RedisUnavailableError } from '../errors.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { redirectionOf, slotOfRedirection } from '../replies/reply-error.ts';
import type { LeasePlace, LeasePlaces } from './places.ts';

/** A caller that waits for a connection to the node that serves its keys. */
interface Following {
  readonly keys: readonly (string | Buffer)[];
  readonly address: string;
  readonly abort: AbortController;
}

/**
 * If keys move to another node of the Cluster while callers wait for a connection to the node of these keys, makes
 * those callers wait for a connection to the new node.
 */
export class LeaseMoves {
  readonly #places: LeasePlaces;
  readonly #connection: string;
  readonly #following = new Set<Following>();

  /** `connection` is the name of the `RedisResilience`. */
  constructor(places: LeasePlaces, connection: string) {
    this.#places = places;
    this.#connection = connection;
  }

  /**
   * Runs a lease on the node that serves its keys. If the keys move to another node before the lease has a connection,
   * the lease waits again, for a connection to that node.
   */
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
        const reply = elsewhereReplyOf(error);
        if (reply === undefined) throw error;
        const slot = slotOfRedirection(reply.message);
        if (slot !== undefined && place.slot !== undefined && slot !== place.slot) throw otherSlot();
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
  return elsewhereReplyOf(error) !== undefined;
}

/** Returns the reply of a node that does not serve the key; undefined if the error is of another kind. */
function elsewhereReplyOf(error: unknown): Error | undefined {
  const reply = isRedisResilienceError(error) && error.outcome === 'not-applied' ? error.cause : error;
  if (!(reply instanceof Error) || !isReplyError(reply)) return undefined;
  if (redirectionOf(reply.message) !== undefined) return reply;
  const { previousErrors = [] } = reply as { previousErrors?: readonly unknown[] };
  if (!reply.message.startsWith('EXECABORT')) return undefined;
  const isRedirection = (each: unknown): each is Error =>
    each instanceof Error && isReplyError(each) && redirectionOf(each.message) !== undefined;
  return previousErrors.find(isRedirection);
}

function otherSlot(): ConfigurationError {
  return new ConfigurationError(
    'A command used a key of another slot of the Cluster than the key of its lease; it did not run. The connection of ' +
      'a lease leads to the node that serves its key. Lease by the key that the work uses, lease((client) => ' +
      'client.get(key), { key }), and give keys that belong together one hash tag, such as {user:1}.',
  );
}
