import type { RawCall } from '@redis-resilience/core/kit';
import type { ClientErrors } from '../client-errors.ts';

/** The calls of one client that have not settled yet. */
export class PendingCalls {
  readonly #errors: ClientErrors;
  readonly #calls = new Set<RawCall<unknown>>();

  constructor(errors: ClientErrors) {
    this.#errors = errors;
  }

  /** Runs `make`, and keeps the call that it returns until `done` is called. `make` itself may already call `done`. */
  add(make: (done: () => void) => RawCall<unknown>): RawCall<unknown> {
    let isDone = false;
    const made: { call?: RawCall<unknown> } = {};
    const call = make(() => {
      isDone = true;
      if (made.call !== undefined) this.#calls.delete(made.call);
    });
    made.call = call;
    if (!isDone) this.#calls.add(call);
    return call;
  }

  /** Resolves when all calls that are pending at this moment have settled. */
  async answered(): Promise<void> {
    await Promise.allSettled(Array.from(this.#calls, ({ promise }) => promise));
  }

  /** Rejects all pending calls immediately, because the client was destroyed. */
  disconnect(): void {
    for (const call of this.#calls) call.abort((outcome) => this.#errors.disconnected(outcome));
  }

  /** Rejects the call when the signal is aborted, unless the command has been sent by then. */
  abortBy(signal: AbortSignal, call: RawCall<unknown>): void {
    const onAbort = (): void => {
      // A command that has been sent can no longer be aborted, because it may run: its caller gets the reply.
      if (!call.isSent) call.abort((outcome) => this.#errors.aborted(outcome));
    };
    const forget = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    call.promise.then(forget, forget);
  }
}
