import { request } from './request.ts';

export type ProbeName = 'liveness' | 'readiness' | 'health';

/**
 * The result of one probe of an endpoint. `warn`: the body of the response has the status `warn`. `fail`: the response
 * was a 5xx. `silent`: there was no response within the time limit. `ok`: any other response.
 */
export interface ProbeSample {
  readonly probe: ProbeName;
  readonly atMs: number;
  readonly durationMs: number;
  readonly verdict: 'ok' | 'warn' | 'fail' | 'silent';
}

export interface ProbeOptions {
  /** Origin of the application, such as `http://127.0.0.1:3000`. */
  readonly base: string;
  readonly paths: Readonly<Record<ProbeName, string>>;
  /**
   * Time limit for a response. A response that arrives later is not counted, because a real probe would have stopped
   * waiting.
   */
  readonly limitMs: number;
  readonly elapsedMs: () => number;
}

const everyMs = 100;
// A probe waits at least 3 s, even if the time limit is shorter, because a late response still shows whether the
// endpoint exists.
const minTimeoutMs = 3000;

/**
 * Probes the application's endpoints every 100 ms, which is more often than an orchestrator does. Stops probing an
 * endpoint that responds with a 4xx, because it does not exist.
 */
export class Probes {
  readonly samples: ProbeSample[] = [];
  readonly #options: ProbeOptions;
  readonly #missing = new Set<ProbeName>();
  readonly #busy = new Set<ProbeName>();
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  #look(): void {
    for (const [probe, path] of Object.entries(this.#options.paths) as [ProbeName, string][]) {
      if (this.#busy.has(probe) || this.#missing.has(probe)) continue;
      this.#busy.add(probe);
      const work = this.#ask(probe, path).then(() => {
        this.#busy.delete(probe);
        this.#pending.delete(work);
      });
      this.#pending.add(work);
    }
  }

  async #ask(probe: ProbeName, path: string): Promise<void> {
    const { base, elapsedMs, limitMs } = this.#options;
    const atMs = elapsedMs();
    const timeoutMs = Math.max(minTimeoutMs, limitMs);
    const answer = await request(base + path, { method: 'GET', timeoutMs, keepBytes: 400 });
    const { status, durationMs, body } = answer;
    if (status !== undefined && status >= 400 && status < 500) {
      this.#missing.add(probe);
      return;
    }
    const isWarning = /^\s*\{\s*"status"\s*:\s*"warn"/.test(body);
    const isLate = status === undefined || durationMs > limitMs;
    const verdict = isLate ? 'silent' : status >= 500 ? 'fail' : isWarning ? 'warn' : 'ok';
    this.samples.push({ probe, atMs, durationMs, verdict });
  }
}
