import { plainText } from '../plain-text.ts';
import { readHealthBody, type ReportedConnection } from './health-body.ts';
import type { Look } from './look.ts';

const maxBodyBytes = 1024 * 1024;

/**
 * Reads a health endpoint. If the application has several Redis connections, the result describes the one with the
 * worst status, and `outages` is the sum over all connections. The promise never rejects.
 */
export async function appConnections(url: URL, timeoutMs: number): Promise<Look> {
  const startedAt = performance.now();
  const away = (cause: string): Look => ({
    status: 'unreachable',
    latencyMs: performance.now() - startedAt,
    circuit: '-',
    outages: undefined,
    cause,
  });
  let body: unknown;
  try {
    const { address, headers } = requestTo(url);
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(address, { signal, headers, redirect: 'manual' });
    const text = await textOf(response);
    try {
      body = JSON.parse(text);
    } catch {
      return away(`no health answer at this path (HTTP ${response.status})`);
    }
  } catch (error) {
    return away(failureOf(error as Error));
  }
  const { isPass, connections } = readHealthBody(body);
  const [worst] = connections.toSorted((left, right) => rank(right) - rank(left));
  if (worst === undefined) {
    return { ...away('no Redis connection'), status: isPass ? 'up' : 'unreachable' };
  }
  return {
    status: worst.status,
    latencyMs: performance.now() - startedAt,
    circuit: worst.circuit,
    outages: connections.reduce((sum, { outages }) => sum + outages, 0),
    cause: worst.cause,
  };
}

// Returns the reason why `fetch` failed, which `fetch` hides in the `cause` of a TypeError.
function failureOf({ cause, message, name }: Error): string {
  if (name === 'TimeoutError') return 'timeout';
  const { code, message: reason } = (cause ?? {}) as { code?: unknown; message?: unknown };
  const telling = [code, reason].find((word): word is string => typeof word === 'string');
  return plainText(telling ?? message, 60);
}

// Moves the credentials of a URL into a header, because `fetch` refuses a URL with credentials.
function requestTo(url: URL): { readonly address: URL; readonly headers: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === '' && password === '') return { address, headers: {} };
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  address.username = '';
  address.password = '';
  return { address, headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } };
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new RangeError('The body is too long for a health endpoint.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function rank({ status }: ReportedConnection): number {
  return ['up', 'degraded', 'down'].indexOf(status);
}
