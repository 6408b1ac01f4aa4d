import { describeTarget, diagnose } from '@redis-resilience/doctor';
import { refusing } from '../refusing.ts';
import { UsageError } from '../usage-error.ts';
import { appConnections } from './app-connections.ts';
import type { Look } from './look.ts';

/** A target of `watch`: a health endpoint or a Redis server. */
export interface Source {
  /** The URL without credentials. */
  readonly label: string;
  look(timeoutMs: number): Promise<Look>;
}

/** Makes a source from the URL of a health endpoint or of Redis. @throws UsageError for a malformed URL */
export function openSource(url: string): Source {
  const place = /^(?:([\w.-]+):)?(\d+)(\/\S*)?$/.exec(url);
  if (place !== null) {
    const [, host = 'localhost', port, path = '/health/redis'] = place;
    throw new UsageError(
      `watch takes URLs. Write http://${host}:${port}${path} for an application, or redis://${host}:${port} for Redis.`,
    );
  }
  return /^https?:/.test(url) ? openApp(url) : openRedis(url);
}

function openApp(url: string): Source {
  if (!URL.canParse(url))
    throw new UsageError('watch takes the http:// URL of a health endpoint, or a Redis URL.');
  const address = new URL(url);
  if (address.pathname === '/') address.pathname = '/health/redis';
  const { host, pathname } = address;
  return { label: `${host}${pathname}`, look: (timeoutMs) => appConnections(address, timeoutMs) };
}

function openRedis(url: string): Source {
  // A malformed URL is reported when `watch` starts, not at the first check.
  const label = refusing(() => describeTarget(url));
  return {
    label,
    look: async (timeoutMs) => {
      const startedAt = performance.now();
      const { healthy, findings } = await diagnose(url, { depth: 'short', host: false, timeoutMs });
      const [first] = findings;
      return {
        status: healthy ? (first?.severity === 'warning' ? 'degraded' : 'up') : 'down',
        latencyMs: performance.now() - startedAt,
        circuit: '-',
        outages: undefined,
        cause: first === undefined || first.severity === 'info' ? undefined : first.code,
      };
    },
  };
}
