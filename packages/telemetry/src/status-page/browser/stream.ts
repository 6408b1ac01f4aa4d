import type { Greeting, PageState } from '../page-state.ts';

export interface StreamListener {
  onGreeting(greeting: Greeting): void;
  onState(state: PageState): void;
  /** Called each time the stream has failed or brought nothing for 5 s. A new stream is opened a second later. */
  onAway(): void;
}

const retryMs = 1000;
const silenceMs = 5000;

/**
 * Receives the states that the application sends, as long as the page is open. A stream that has failed, or has brought
 * nothing for 5 s, is replaced by a new one. The reconnection of `EventSource` would not be enough: it gives up after
 * an error response, and does not notice a server that hangs.
 */
export function startStream(listener: StreamListener): void {
  const url = `${window.location.pathname.replace(/\/$/, '')}/events`;
  let silence = 0;
  const open = (): void => {
    const source = new EventSource(url);
    const again = (): void => {
      source.close();
      window.clearTimeout(silence);
      listener.onAway();
      window.setTimeout(open, retryMs);
    };
    const heard = (): void => {
      window.clearTimeout(silence);
      silence = window.setTimeout(again, silenceMs);
    };
    source.addEventListener('greeting', ({ data }: MessageEvent<string>) => {
      heard();
      listener.onGreeting(JSON.parse(data) as Greeting);
    });
    source.addEventListener('state', ({ data }: MessageEvent<string>) => {
      heard();
      listener.onState(JSON.parse(data) as PageState);
    });
    source.addEventListener('error', again);
    heard();
  };
  open();
}
