import type { ServerResponse } from 'node:http';
import type { Greeting, PageState } from './page-state.ts';

const maxBufferedBytes = 512 * 1024;

/**
 * The open streams of server-sent events. Bounded: in number by `maxWatchers`, in memory by dropping whoever does not
 * read what it is sent.
 */
export class Watchers {
  readonly #streams = new Set<ServerResponse>();
  readonly #maxWatchers: number;
  readonly #onFirst: () => void;
  readonly #onLast: () => void;

  constructor(maxWatchers: number, onFirst: () => void, onLast: () => void) {
    this.#maxWatchers = maxWatchers;
    this.#onFirst = onFirst;
    this.#onLast = onLast;
  }

  get count(): number {
    return this.#streams.size;
  }

  get isFull(): boolean {
    return this.#streams.size >= this.#maxWatchers;
  }

  /** Begins a stream. The response is the watchers' own from now on. */
  add(response: ServerResponse, greeting: Greeting, state: PageState): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    response.on('error', ignore);
    response.once('close', () => this.#remove(response));
    if (response.destroyed) return;
    this.#streams.add(response);
    if (this.#streams.size === 1) this.#onFirst();
    response.write(frame('greeting', greeting) + frame('state', state));
  }

  send(state: PageState): void {
    const text = frame('state', state);
    for (const response of this.#streams) {
      if (response.writableLength > maxBufferedBytes) response.destroy();
      else response.write(text);
    }
  }

  close(): void {
    for (const response of this.#streams) {
      // A page that was read so far is told that this is the end, and tries again in peace.
      if (response.writableLength === 0) response.end();
      else response.destroy();
    }
  }

  #remove(response: ServerResponse): void {
    if (this.#streams.delete(response) && this.#streams.size === 0) this.#onLast();
  }
}

function frame(event: string, data: Greeting | PageState): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function ignore(): void {
  // The stream is closed: `close` tells.
}
