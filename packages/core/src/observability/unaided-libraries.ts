import { workerOf, type UnaidedLibrary } from '../catalogue/unaided-library.ts';
import type { EventHub } from './event-hub.ts';
import type { ResilienceEvents } from './events.ts';

interface IssuedCommand {
  readonly args: readonly unknown[];
  readonly isAided?: boolean;
}

/**
 * Detects libraries that use a client without the helper that the package `fallback` has for them. Reports each library
 * once.
 */
export class UnaidedLibraries {
  #seen: readonly UnaidedLibrary[] = none;
  readonly #events: EventHub<ResilienceEvents>;

  constructor(events: EventHub<ResilienceEvents>) {
    this.#events = events;
  }

  /** Must be called for each blocking command that is issued. */
  blocks(name: string, { args, isAided }: IssuedCommand): void {
    const library = isAided === true ? undefined : workerOf(name, args);
    if (library !== undefined) this.#note(library);
  }

  #note(library: UnaidedLibrary): void {
    if (this.#seen.includes(library)) return;
    this.#seen = [...this.#seen, library];
    this.#events.emit('unaided-library', { library });
  }
}

const none: readonly UnaidedLibrary[] = [];
