import http from 'node:http';
import https from 'node:https';
import { problemIn } from './problem.ts';
import { request, type Answer } from './request.ts';
import { urlOf, type RequestTarget } from './request-target.ts';

/**
 * How a request ended. `refused`: a 503 after which the client may simply repeat the request, either because it has
 * Retry-After, or because the request was a GET or HEAD and the body has an error code. `unknown`: an error response
 * which says that the request may have been carried out. `failed`: any other 5xx, or no response.
 */
export type RequestResult = 'ok' | 'refused' | 'unknown' | 'failed';

/** One request, with times in milliseconds since the start of the run. */
export interface Sample {
  readonly atMs: number;
  readonly durationMs: number;
  readonly result: RequestResult;
  /** The request, as the reports show it. */
  readonly request: string;
  /** The HTTP status and the error code in the body, or the reason why there was no response. */
  readonly detail: string;
}

export interface TrafficOptions {
  readonly targets: readonly RequestTarget[];
  /** For each of `targets`, the text that stands for it in the reports. */
  readonly names: readonly string[];
  /** Requests per second. */
  readonly rate: number;
  readonly timeoutMs: number;
  /** Maximum number of requests to send. */
  readonly maxRequests: number;
  readonly random: () => number;
  /** Milliseconds since the start of the run. */
  readonly elapsedMs: () => number;
}

const mostAtOnce = 1000;
const problemBytes = 4096;

/**
 * Sends requests at a steady rate. As with independent users, a request does not wait for the response to the request
 * before.
 */
export class Traffic {
  readonly samples: Sample[] = [];
  readonly #options: TrafficOptions;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: mostAtOnce });
  readonly #tlsAgent = new https.Agent({ keepAlive: true, maxSockets: mostAtOnce });
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

  /** Stops sending requests, and resolves when all of them have ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.#pending);
    this.#agent.destroy();
    this.#tlsAgent.destroy();
  }

  #arm(): void {
    const { rate, random } = this.#options;
    // The pause varies by up to a quarter in both directions, because requests of users do not arrive evenly.
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
    const agent = url.startsWith('https:') ? this.#tlsAgent : this.#agent;
    const options = { method, timeoutMs, agent, keepBytes: problemBytes };
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
