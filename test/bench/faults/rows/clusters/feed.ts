import type { Peer } from '../../peers/peer.js';

const everyMs = 50;

/** Publishes texts one after the other, and collects what the listeners received. */
export class Feed {
  readonly listeners: Listener[] = [];
  /** The time at which a node accepted each text. */
  readonly #taken = new Map<string, number>();
  readonly #send: (text: string) => Promise<unknown>;
  readonly #subscribe: ((peer: Peer, listener: Listener) => Promise<unknown>) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  isOver = false;

  constructor(
    send: (text: string) => Promise<unknown>,
    subscribe?: (peer: Peer, listener: Listener) => Promise<unknown>,
  ) {
    this.#send = send;
    this.#subscribe = subscribe;
  }

  /** Adds and returns a listener; the caller feeds messages to it. */
  listen(): Listener {
    const listener = new Listener(this.#taken);
    this.listeners.push(listener);
    return listener;
  }

  /** Makes a client listen, if the feed has a way to subscribe. */
  async join(peer: Peer): Promise<void> {
    if (this.#subscribe === undefined) return;
    const listener = this.listen();
    peer.onGap?.((gapMs) => listener.gap(gapMs));
    await this.#subscribe(peer, listener);
  }

  begin(): void {
    this.#timer = setInterval(() => {
      const text = String(this.#count++);
      const sentAt = performance.now();
      // A text that no node accepted was never published, so it cannot be lost.
      this.#send(text).then(
        () => this.#taken.set(text, sentAt),
        () => undefined,
      );
    }, everyMs);
  }

  /** Stops publishing. Listeners continue to receive texts that were already published, until `close` is called. */
  end(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.isOver = true;
  }
}

/** The texts that one client received from a feed, and what the client was told about lost ones. */
export class Listener {
  readonly errors: { readonly at: number; readonly mayHaveRun: boolean }[] = [];
  readonly gaps: { readonly from: number; readonly to: number }[] = [];
  readonly #taken: ReadonlyMap<string, number>;
  readonly #heard = new Map<string, number>();

  constructor(taken: ReadonlyMap<string, number>) {
    this.#taken = taken;
  }

  heard(text: string): void {
    this.#heard.set(text, performance.now());
  }

  failed(error: unknown): void {
    const { outcome } = error as { outcome?: string };
    this.errors.push({
      at: performance.now(),
      mayHaveRun: outcome !== 'not-applied' && outcome !== 'refused',
    });
  }

  gap(gapMs: number): void {
    const to = performance.now();
    // The client counts a gap from the last bytes that it received. The message in those bytes may have been sent up
    // to 100 ms before the server processed it.
    this.gaps.push({ from: to - gapMs - 100, to });
  }

  /**
   * Returns when the listener first received a text that was sent after `since`; `Infinity` if it received
   * none.
   */
  heardAgainAt(since: number): number {
    const again = [...this.#heard].filter(([text]) => (this.#taken.get(text) ?? 0) >= since);
    return Math.min(...again.map(([, at]) => at), Infinity);
  }

  /**
   * Returns the number of texts that were lost without notice. A failed call that may have run accounts for one missing
   * text. A reported gap, a period without messages, accounts for all texts that were sent during that period.
   */
  lost(): number {
    const missed = [...this.#taken].filter(
      ([text, at]) => !this.#heard.has(text) && !this.gaps.some(({ from, to }) => from <= at && at <= to),
    );
    const told = this.errors.filter(({ mayHaveRun }) => mayHaveRun).length;
    return Math.max(0, missed.length - told);
  }
}
