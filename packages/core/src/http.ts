// Health
export {
  renderHealth,
  renderLiveness,
  renderReadiness,
  type HealthOptions,
  type SnapshotSource,
} from './http/health-response.ts';
export {
  createHealthResponder,
  healthResponderReaders,
  type HealthResponder,
  type HealthResponderOptions,
} from './http/health-responder.ts';
export {
  defaultHealthPaths,
  matchHealthPath,
  type HealthEndpoint,
  type HealthPaths,
} from './http/health-path.ts';
export {
  healthCheck,
  serviceStatus,
  type Critical,
  type HealthCheck,
  type HealthStatus,
} from './http/health-report.ts';
export { checkCritical } from './http/critical-connections.ts';

// Refusals and errors
export {
  errorPages,
  refuseWithout,
  renderError,
  renderUnavailable,
  type RedisProblem,
} from './http/problem-response.ts';
export type { PlainResponse } from './http/plain-response.ts';
export { retryAfterSeconds } from './retry-after.ts';

export { untilDecided } from './http/first-attempt.ts';

// Mistakes
export {
  checkCalled,
  checkFramework,
  checkLane,
  checkNoArguments,
  explainMissingGuard,
  uncalled,
} from './http/middleware-mistakes.ts';
export { warnOfUnansweredRoute, type MatchedRoute } from './http/unanswered-route.ts';

// Requests
export {
  guardedConnections,
  noteGuarded,
  onlyConnection,
  type GuardedConnection,
} from './http/guarded-connections.ts';
export { createRequestGuard, RequestGuard } from './http/request-guard.ts';
export {
  guardPolicyReaders,
  headersByPolicy,
  refuseByPolicy,
  runByPolicy,
  warnOfGuardedProbe,
  type GuardPolicy,
} from './http/guard-policy.ts';
