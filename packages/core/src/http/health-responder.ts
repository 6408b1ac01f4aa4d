import { ConfigurationError } from '../errors.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { invalid, objectOf, type OptionReader } from '../options/validate-options.ts';
import { checkCritical } from './critical-connections.ts';
import { defaultHealthPaths, matchHealthPath, type HealthPaths } from './health-path.ts';
import type { Critical } from './health-report.ts';
import {
  healthReaders,
  renderHealth,
  renderLiveness,
  renderReadiness,
  type HealthOptions,
  type SnapshotSource,
} from './health-response.ts';
import type { PlainResponse } from './plain-response.ts';
import { tellMistake } from '../observability/told-mistakes.ts';

/** Options of {@link createHealthResponder}. */
export interface HealthResponderOptions extends HealthOptions {
  /** The paths of the endpoints. Defaults: `/livez`, `/readyz` and `/health/redis`. */
  readonly paths?: HealthPaths;
}

const urlPathOf: OptionReader = (value, path) => {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    throw invalid(path, value, 'a path that begins with /');
  }
  if (value.length > 1 && /[?#*]|\/$/.test(value)) {
    throw invalid(path, value, 'a plain path such as /readyz: without *, ?, # or a slash at its end');
  }
};

/** The validators of {@link HealthResponderOptions}, for adapters that have further options of their own. */
export const healthResponderReaders: OptionReaders<HealthResponderOptions> = {
  ...healthReaders,
  paths: objectOf({ live: urlPathOf, ready: urlPathOf, health: urlPathOf }),
};

/**
 * Returns the response to a request for a health endpoint, or undefined for any other request.
 *
 * `resiliences` returns the connections to report on. `resiliences` is not called for `/livez`, whose response does not
 * depend on the connections.
 */
export type HealthResponder = (
  method: string | undefined,
  url: string | undefined,
  resiliences: () => readonly SnapshotSource[],
) => PlainResponse | undefined;

/**
 * Creates a function that serves the three health endpoints, for adapters. For a readiness or health request, the
 * returned function throws a {@link ConfigurationError} if `critical` names a connection that does not exist, and also
 * emits a process warning, because the application might not log the error.
 *
 * @throws {@link ConfigurationError} if an option is unknown or invalid
 *
 * @example
 * const answer = createHealthResponder({ critical: true });
 * const response = answer(req.method, req.url, () => [resilience]);
 * if (response) res.writeHead(response.status, response.headers).end(response.body);
 */
export function createHealthResponder(given: HealthResponderOptions = {}): HealthResponder {
  const { paths, ...options } = checkOptions('createHealthResponder', given, healthResponderReaders);
  checkDistinct(paths);
  let isChecked = false;
  const checked = (resiliences: readonly SnapshotSource[]): readonly SnapshotSource[] => {
    if (!isChecked) checkNames(options.critical, resiliences);
    isChecked = true;
    return resiliences;
  };
  return (method, url, resiliences) => {
    const endpoint = matchHealthPath(method, url, paths);
    switch (endpoint) {
      case undefined:
        return undefined;
      case 'live':
        return renderLiveness();
      case 'ready':
        return renderReadiness(checked(resiliences()), options);
      case 'health':
        return renderHealth(checked(resiliences()), options);
      default:
        return endpoint satisfies never;
    }
  };
}

function checkNames(critical: Critical | undefined, resiliences: readonly SnapshotSource[]): void {
  try {
    checkCritical(
      'redisHealth',
      critical,
      resiliences.map((resilience) => resilience.snapshot().name),
    );
  } catch (error) {
    // The application's error handler might not log the error, so a process warning reports it as well.
    tellMistake(error as Error);
    throw error;
  }
}

/** If two endpoints had the same path, one of them would get no requests. */
function checkDistinct(paths: HealthPaths = {}): void {
  const all = Object.values({ ...defaultHealthPaths, ...definedOf(paths) });
  const repeated = all.find((path, index) => all.indexOf(path) < index);
  if (repeated === undefined) return;
  throw new ConfigurationError(
    `Two health endpoints have the path ${repeated}. Give live, ready and health different paths.`,
  );
}

function definedOf(paths: HealthPaths): HealthPaths {
  return Object.fromEntries(Object.entries(paths).filter(([, path]) => path !== undefined));
}
