import type { Greeting, PageState } from '../page-state.ts';

export interface StreamListener {
  onGreeting(greeting: Greeting): void;
  onState(state: PageState): void;
  /** Called when the application does not respond. The stream is reopened every second. */
  onAway(): void;
}

const retryMs = 1000;
const silenceMs = 5000;

/**
 * Listens to the application for as long as the page is open. A stream that failed, or was silent for 5 s, is replaced:
 * the browser's own reconnection gives up if a server responds with an error, and does not notice a silent server.
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
