import type { Greeting, PageState } from '../page-state.ts';

export interface StreamListener {
  onGreeting(greeting: Greeting): void;
  onState(state: PageState): void;
  /** The application does not answer. The stream is opened again each second. */
  onAway(): void;
}

const retryMs = 1000;
const silenceMs = 5000;

/**
 * Listens to the application for as long as the page is open. A stream that failed, or was silent for 5 s, is replaced:
 * the browser's own reconnection gives up when a server answers with an error, and does not notice a silent one.
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
