import http from 'node:http';
import https from 'node:https';

/** How one request ended. */
export interface Answer {
  /** The HTTP status; undefined if there was no response. */
  readonly status: number | undefined;
  /** Why there was no response: an error code of Node, or `timeout`. */
  readonly failure: string | undefined;
  readonly retryAfter: boolean;
  readonly durationMs: number;
  /** The beginning of the body, about `keepBytes` bytes. */
  readonly body: string;
}

export interface RequestOptions {
  readonly method: string;
  readonly timeoutMs: number;
  readonly agent?: http.Agent;
  /** How many bytes of the body to keep. Default 0. */
  readonly keepBytes?: number;
}

/** Sends one request. The promise never rejects: if there is no response, it resolves with the reason in `failure`. */
export function request(url: string, options: RequestOptions): Promise<Answer> {
  const { method, timeoutMs, agent, keepBytes = 0 } = options;
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let body = '';
    let isSettled = false;
    const settle = (answer: Pick<Answer, 'status' | 'failure' | 'retryAfter'>): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      resolve({ ...answer, durationMs: performance.now() - startedAt, body });
    };
    const { request: send } = url.startsWith('https:') ? https : http;
    const sent = send(url, { method, ...(agent !== undefined && { agent }) }, (response) => {
      response.on('data', (chunk: Buffer) => {
        if (body.length < keepBytes) body += chunk.toString('utf8', 0, keepBytes);
      });
      response.on('end', () => {
        const retryAfter = response.headers['retry-after'] !== undefined;
        settle({ status: response.statusCode, failure: undefined, retryAfter });
      });
      response.on('error', (error) => settle(failed(error)));
    });
    const timer = setTimeout(() => {
      settle({ status: undefined, failure: 'timeout', retryAfter: false });
      sent.destroy();
    }, timeoutMs);
    sent.on('error', (error) => settle(failed(error)));
    sent.end();
  });
}

function failed(error: NodeJS.ErrnoException): Pick<Answer, 'status' | 'failure' | 'retryAfter'> {
  return { status: undefined, failure: error.code ?? error.message, retryAfter: false };
}
