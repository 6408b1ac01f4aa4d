import type { Look } from './look.ts';

/** Reads a health endpoint. The look shows the worst of its connections. */
export async function appConnections(url: string, timeoutMs: number): Promise<Look> {
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
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
    body = await response.json();
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
    return away(typeof code === 'string' ? code : (error as Error).name);
  }
  const { status, checks } = body as { status?: unknown; checks?: Record<string, unknown> };
  const all = Object.values(checks ?? {}).flat() as { redis?: Connection }[];
  const connections = all.flatMap(({ redis }) => redis ?? []);
  const [worst] = connections.toSorted((left, right) => rank(right.status) - rank(left.status));
  if (worst === undefined) {
    return { ...away('no Redis connection'), status: status === 'pass' ? 'up' : 'unreachable' };
  }
  const { read = '-', write = '-' } = worst.circuit ?? {};
  return {
    status: worst.status,
    latencyMs: performance.now() - startedAt,
    circuit: read === write ? read : `r ${read}, w ${write}`,
    outages: connections.reduce((sum, { outages = 0 }) => sum + outages, 0),
    cause: worst.cause,
  };
}

interface Connection {
  readonly status: 'up' | 'degraded' | 'down';
  readonly circuit?: { readonly read?: string; readonly write?: string };
  readonly outages?: number;
  readonly cause?: string;
}

function rank(status: Connection['status']): number {
  return ['up', 'degraded', 'down'].indexOf(status);
}
