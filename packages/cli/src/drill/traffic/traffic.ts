import http from 'node:http';
import { request } from './request.ts';
import { urlOf, type RequestTarget } from './request-target.ts';

/** How a request ended: `refused` is a 503 with Retry-After, `failed` any other 5xx or no answer. */
export type RequestResult = 'ok' | 'refused' | 'failed';

/** One request, in milliseconds since the beginning of the rehearsal. */
export interface Sample {
  readonly atMs: number;
  readonly durationMs: number;
  readonly result: RequestResult;
  /** The HTTP status, or the reason why there was none. */
  readonly detail: string;
}

export interface TrafficOptions {
  readonly targets: readonly RequestTarget[];
  /** Requests per second, whether they are answered or not. */
  readonly rate: number;
  readonly timeoutMs: number;
  /** Number of requests after which no more are sent. */
  readonly maxRequests: number;
  readonly random: () => number;
  /** Milliseconds since the beginning of the rehearsal. */
  readonly elapsedMs: () => number;
}

const mostAtOnce = 1000;

/** Sends requests at a steady pace, whether they are answered or not, as users do. */
export class Traffic {
  readonly samples: Sample[] = [];
  readonly #options: TrafficOptions;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: mostAtOnce });
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#arm();
  }

  get sent(): number {
    return this.#sent;
  }

  /** Sends no more requests, and resolves when all of them have ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.#pending);
    this.#agent.destroy();
  }

  #arm(): void {
    const { rate, random } = this.#options;
    // Users are not evenly spaced: the pause varies by a quarter either way.
    const pauseMs = (1000 / rate) * (0.75 + random() * 0.5);
    this.#timer = setTimeout(() => {
      this.#send();
      this.#arm();
    }, pauseMs);
  }

  #send(): void {
    const { targets, random, timeoutMs, maxRequests, elapsedMs } = this.#options;
    const target = targets[this.#sent % targets.length];
    if (target === undefined || this.#sent >= maxRequests || this.#pending.size >= mostAtOnce) return;
    this.#sent++;
    const atMs = elapsedMs();
    const url = urlOf(target, random);
    const work = request(url, { method: target.method, timeoutMs, agent: this.#agent }).then((answer) => {
      this.#pending.delete(work);
      const { status, failure, retryAfter, durationMs } = answer;
      const isRefused = status === 503 && retryAfter;
      const isFailed = status === undefined || status >= 500;
      const result = isRefused ? 'refused' : isFailed ? 'failed' : 'ok';
      this.samples.push({ atMs, durationMs, result, detail: failure ?? String(status) });
    });
    this.#pending.add(work);
  }
}
