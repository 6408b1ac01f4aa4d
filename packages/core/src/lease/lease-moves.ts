import { isReplyError } from '../replies/connection-error.ts';
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
  readonly #following = new Set<Following>();

  constructor(places: LeasePlaces) {
    this.#places = places;
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
        if (isElsewhere(error)) this.#places.trouble();
        throw error;
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
}

const moved = new Error('Another node serves the key.');

/** Whether a node replied that it does not serve the key, so that nothing ran. */
export function isElsewhere(error: unknown): boolean {
  if (!(error instanceof Error) || !isReplyError(error)) return false;
  if (/^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /.test(error.message)) return true;
  const { previousErrors } = error as { previousErrors?: readonly unknown[] };
  return error.message.startsWith('EXECABORT') && previousErrors?.some(isElsewhere) === true;
}
