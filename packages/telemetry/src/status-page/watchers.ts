import type { ServerResponse } from 'node:http';
import type { Greeting, PageState } from './page-state.ts';

const maxBufferedBytes = 512 * 1024;

/**
 * The open streams of server-sent events, at most `maxWatchers`. A client that does not read its stream is
 * disconnected, so that unsent data does not fill the memory.
 */
export class Watchers {
  readonly #streams = new Set<ServerResponse>();
  readonly #maxWatchers: number;

  constructor(maxWatchers: number) {
    this.#maxWatchers = maxWatchers;
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0;
  }

  get isFull(): boolean {
    return this.#streams.size >= this.#maxWatchers;
  }

  /** Starts a stream of events on the response. After this call, the caller must not write to the response. */
  add(response: ServerResponse, greeting: Greeting, state: PageState): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    response.on('error', ignore);
    response.once('close', () => this.#streams.delete(response));
    if (response.destroyed) return;
    this.#streams.add(response);
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
      // A stream with unsent data is destroyed, because it would end only when its client has read all the data.
      if (response.writableLength === 0) response.end();
      else response.destroy();
    }
  }
}

function frame(event: string, data: Greeting | PageState): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function ignore(): void {
  // Does nothing: the event `close` follows, and its listener removes the stream.
}
