import { callApplication } from './call-application.ts';

/**
 * Payload of `listener-error`: an error that a listener for `event` threw, or with which its promise was rejected. Such
 * an error affects neither the code that emitted the event nor the other listeners.
 */
export interface ListenerError {
  readonly event: string;
  readonly error: unknown;
}

type Listener<Payload> = (payload: Payload) => void;

/** An object that listens to several events, with one method for each event. */
export type FirstListener<Events> = { readonly [Event in keyof Events]?: (payload: Events[Event]) => void };

/**
 * A typed emitter whose listeners cannot break it: an error that a listener throws, or with which its promise is
 * rejected, is emitted as `listener-error`.
 *
 * @example
 * const hub = new EventHub<{ saved: { count: number }; 'listener-error': ListenerError }>();
 * const stop = hub.on('saved', ({ count }) => console.log(count));
 * hub.emit('saved', { count: 3 });
 */
export class EventHub<Events extends { readonly 'listener-error': ListenerError }> {
  readonly #first: FirstListener<Events> | undefined;
  #listeners: Map<keyof Events, Set<Listener<never>>> | undefined;

  /** The methods of `first` must not throw, and are called before the listeners that were added with `on`. */
  constructor(first?: FirstListener<Events>) {
    this.#first = first;
  }

  /** Adds a listener; the returned function removes it. */
  on<Event extends keyof Events>(event: Event, listener: Listener<Events[Event]>): () => void {
    this.#listeners ??= new Map();
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    const own: Listener<Events[Event]> = (payload) => listener(payload);
    listeners.add(own);
    return () => {
      listeners.delete(own);
      // Empty sets and maps are discarded to save memory.
      if (listeners.size === 0 && this.#listeners?.get(event) === listeners) this.#listeners.delete(event);
      if (this.#listeners?.size === 0) this.#listeners = undefined;
    };
  }

  hasListeners(event: keyof Events): boolean {
    return (this.#listeners?.get(event)?.size ?? 0) > 0;
  }

  emit<Event extends keyof Events>(event: Event, payload: Events[Event]): void {
    this.#first?.[event]?.(payload);
    const listeners = this.#listeners?.get(event);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners] as Listener<Events[Event]>[]) {
      callApplication(
        () => listener(payload),
        (error) => this.#report(event, error),
      );
    }
  }

  #report(event: keyof Events, error: unknown): void {
    if (event !== 'listener-error') this.emit('listener-error', { event: String(event), error });
  }

  clear(): void {
    this.#listeners = undefined;
  }
}
