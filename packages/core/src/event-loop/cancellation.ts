/** The part of an `AbortSignal` that a connection attempt needs. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

const none: readonly (() => void)[] = [];

/**
 * An `AbortController` and its signal in one object, for connection attempts. Creating an `AbortController` of Node
 * takes 20 times as long, and each connection needs two. No application ever sees this signal.
 */
export class Cancellation implements CancelSignal {
  #listeners = none;
  #isAborted = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.concat(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }

  /** Only the first call has an effect. A listener that an earlier one removes is not called. */
  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    for (let next = this.#listeners[0]; next !== undefined; next = this.#listeners[0]) {
      this.#listeners = this.#listeners.slice(1);
      next();
    }
  }
}
