type Listener<P> = (payload: P) => void;

/** A typed emitter that contains what listeners throw: it is reported as `listener-error`, and breaks nothing. */
export class EventHub<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Listens; the returned function stops. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    const own: Listener<Events[E]> = (payload) => listener(payload);
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined) return;
    for (const listener of [...listeners] as Listener<Events[E]>[]) {
      try {
        listener(payload);
      } catch (error) {
        this.#report(event, error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }

  #report(event: keyof Events, error: unknown): void {
    if (event === 'listener-error') return;
    const hub = this as unknown as EventHub<{ 'listener-error': ListenerError }>;
    hub.emit('listener-error', { event: String(event), error });
  }
}

/** A listener threw. */
export interface ListenerError {
  readonly event: string;
  readonly error: unknown;
}
