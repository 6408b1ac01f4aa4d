import type { Deadline } from '../../deadline.ts';

/** What the health endpoint of a running application reports on its Redis connections. */
export interface AppEvidence {
  /** The URL of the endpoint, without credentials or query. */
  readonly url: string;
  readonly httpStatus: number | undefined;
  /** Why there is no report: an error code, `timeout`, or `no health+json` if the response body has no `status`. */
  readonly failure: string | undefined;
  /** `pass`, `warn` or `fail`. */
  readonly status: string | undefined;
  readonly checks: readonly AppCheck[];
}

/** One connection, as the application sees it. */
export interface AppCheck {
  readonly name: string;
  /** `up`, `degraded` or `down`. */
  readonly status: string;
  readonly cause: string | undefined;
  readonly since: string | undefined;
  readonly outages: number;
}

export async function gatherApp(url: string, deadline: Deadline): Promise<AppEvidence> {
  const shown = shownUrl(url);
  const nothing = { url: shown, httpStatus: undefined, status: undefined, checks: [] };
  try {
    const response = await fetch(url, { signal: deadline.signal, redirect: 'manual' });
    const body: unknown = await response.json().catch(() => undefined);
    const { status, checks } = (body ?? {}) as { status?: unknown; checks?: unknown };
    if (typeof status !== 'string') {
      return { ...nothing, httpStatus: response.status, failure: 'no health+json' };
    }
    return { url: shown, httpStatus: response.status, failure: undefined, status, checks: checksOf(checks) };
  } catch (error) {
    return { ...nothing, failure: failureOf(error) };
  }
}

function checksOf(checks: unknown): readonly AppCheck[] {
  if (typeof checks !== 'object' || checks === null) return [];
  return Object.values(checks)
    .flat()
    .flatMap((check: unknown) => {
      const { componentId, redis } = (check ?? {}) as {
        componentId?: unknown;
        redis?: Record<string, unknown>;
      };
      if (typeof redis !== 'object' || redis === null) return [];
      return [
        {
          name: String(componentId),
          status: String(redis['status']),
          cause: typeof redis['cause'] === 'string' ? redis['cause'] : undefined,
          since: typeof redis['since'] === 'string' ? redis['since'] : undefined,
          outages: Number(redis['outages'] ?? 0),
        },
      ];
    });
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

function shownUrl(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
