import http from 'node:http';
import { problemIn } from './problem.ts';
import { request, type Answer } from './request.ts';
import { urlOf, type RequestTarget } from './request-target.ts';

/**
 * How a request ended: `refused` is a 503 with Retry-After, or to a GET or HEAD, which is safe to repeat, a 503 that says
 * what is wrong; `unknown` is a problem that says that the request may have been carried out; `failed` is any other 5xx
 * or no answer.
 */
export type RequestResult = 'ok' | 'refused' | 'unknown' | 'failed';

/** One request, in milliseconds since the beginning of the rehearsal. */
export interface Sample {
  readonly atMs: number;
  readonly durationMs: number;
  readonly result: RequestResult;
  /** What was requested, as the reports show it. */
  readonly request: string;
  /** The HTTP status and the code of the problem, or the reason why there was no answer. */
  readonly detail: string;
}

export interface TrafficOptions {
  readonly targets: readonly RequestTarget[];
  /** How the reports call each target. */
  readonly names: readonly string[];
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
const problemBytes = 4096;

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
    const { targets, names, random, timeoutMs, maxRequests, elapsedMs } = this.#options;
    const index = this.#sent % targets.length;
    const target = targets[index];
    if (target === undefined || this.#sent >= maxRequests || this.#pending.size >= mostAtOnce) return;
    this.#sent++;
    const atMs = elapsedMs();
    const url = urlOf(target, random);
    const { method } = target;
    const options = { method, timeoutMs, agent: this.#agent, keepBytes: problemBytes };
    const work = request(url, options).then((answer) => {
      this.#pending.delete(work);
      this.samples.push({ atMs, request: names[index] ?? '', ...readAnswer(answer, method) });
    });
    this.#pending.add(work);
  }
}

function readAnswer(answer: Answer, method: string): Pick<Sample, 'durationMs' | 'result' | 'detail'> {
  const { status, failure, retryAfter, durationMs, body } = answer;
  if (status === undefined) return { durationMs, result: 'failed', detail: failure ?? 'no answer' };
  if (status < 500) return { durationMs, result: 'ok', detail: String(status) };
  const problem = problemIn(body);
  const detail = problem === undefined ? String(status) : `${status} ${problem.code}`;
  const isRepeatable = retryAfter || (problem !== undefined && /^(GET|HEAD)$/.test(method));
  if (status === 503 && isRepeatable) return { durationMs, result: 'refused', detail };
  return { durationMs, result: problem?.isOutcomeUnknown === true ? 'unknown' : 'failed', detail };
}
