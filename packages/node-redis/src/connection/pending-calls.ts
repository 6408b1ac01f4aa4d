import type { RawCall } from '@redis-resilience/core/kit';
import type { ClientErrors } from '../client-errors.ts';

/** The calls of one client that have no answer. */
export class PendingCalls {
  readonly #errors: ClientErrors;
  readonly #calls = new Set<RawCall<unknown>>();

  constructor(errors: ClientErrors) {
    this.#errors = errors;
  }

  /** The answer to a call, with the errors of node-redis. The signal ends a call that is not sent. */
  add<Answer>(
    call: RawCall<Answer>,
    signal: AbortSignal | undefined,
    hasOwnTimeout: boolean,
  ): Promise<Answer> {
    this.#calls.add(call);
    const stopListening = signal === undefined ? undefined : this.#abortBy(signal, call);
    return call.promise.then(
      (value) => {
        this.#calls.delete(call);
        stopListening?.();
        return value;
      },
      (error: unknown) => {
        this.#calls.delete(call);
        stopListening?.();
        throw this.#errors.of(error, hasOwnTimeout);
      },
    );
  }

  /** Resolves when the present calls are answered. */
  async answered(): Promise<void> {
    await Promise.allSettled(Array.from(this.#calls, ({ promise }) => promise));
  }

  /** Answers all of them now. */
  disconnect(): void {
    for (const call of this.#calls) call.abort((outcome) => this.#errors.disconnected(outcome));
  }

  #abortBy(signal: AbortSignal, call: RawCall<unknown>): () => void {
    const onAbort = (): void => {
      // What is sent may run: its caller gets the answer.
      if (!call.isSent) call.abort((outcome) => this.#errors.aborted(outcome));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return () => signal.removeEventListener('abort', onAbort);
  }
}
