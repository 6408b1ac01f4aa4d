import type { OptionReaders } from '../options/check-options.ts';
import { invalid, objectOf, type OptionReader } from '../options/validate-options.ts';
import { criticalOf } from './critical-connections.ts';
import { matchHealthPath, type HealthPaths } from './health-path.ts';
import {
  renderHealth,
  renderLiveness,
  renderReadiness,
  type HealthOptions,
  type SnapshotSource,
} from './health-response.ts';
import type { PlainResponse } from './plain-response.ts';

/** Options of {@link createHealthResponder}. */
export interface HealthResponderOptions extends HealthOptions {
  /** Where the endpoints live. Defaults `/livez`, `/readyz`, `/health/redis`. */
  readonly paths?: HealthPaths;
}

const urlPathOf: OptionReader = (value, path) => {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    throw invalid(path, value, 'a path that begins with /');
  }
};

/** Readers of {@link HealthResponderOptions}, for adapters that check them beside options of their own. */
export const healthResponderReaders: OptionReaders<HealthResponderOptions> = {
  critical: criticalOf,
  paths: objectOf({ live: urlPathOf, ready: urlPathOf, health: urlPathOf }),
};

/**
 * Answers a request for a health endpoint, or undefined for any other request.
 *
 * `resiliences` is called only when the answer needs it; that of `/livez` never does.
 */
export type HealthResponder = (
  method: string | undefined,
  url: string | undefined,
  resiliences: () => readonly SnapshotSource[],
) => PlainResponse | undefined;

/**
 * The three health endpoints in one function, for adapters.
 *
 * @example
 * const answer = createHealthResponder({ critical: true });
 * const response = answer(req.method, req.url, () => [resilience]);
 * if (response) res.writeHead(response.status, response.headers).end(response.body);
 */
export function createHealthResponder({ paths, ...options }: HealthResponderOptions = {}): HealthResponder {
  return (method, url, resiliences) => {
    const endpoint = matchHealthPath(method, url, paths);
    switch (endpoint) {
      case undefined:
        return undefined;
      case 'live':
        return renderLiveness();
      case 'ready':
        return renderReadiness(resiliences(), options);
      case 'health':
        return renderHealth(resiliences(), options);
      default:
        return endpoint satisfies never;
    }
  };
}
