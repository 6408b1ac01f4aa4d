export { createRedisResilience, defaultRedisResilience, protect } from './resilience/create.ts';
export type {
  ClusterTarget,
  ClusterTargetUrl,
  DatabasesTarget,
  DatabaseTarget,
  ResilienceTarget,
  SentinelTarget,
} from './target/resilience-target.ts';
export type {
  ApplyOnceOptions,
  Credentials,
  ExecuteOptions,
  LeaseOptions,
  LeaseWork,
  OnceArgument,
  RedisResilience,
  TransactionClient,
  TransactionOptions,
  TransactionWork,
} from './redis-resilience.ts';
export type { PoolDetail } from './lease/pool/pool-detail.ts';
export type { PoolTotals } from './lease/pool/pool-totals.ts';
export type { CircuitState, ConnectionState, Lane, RedisSnapshot, Status } from './snapshot.ts';
export type { ServerFacts, SnapshotDetail } from './snapshot-detail.ts';
export type {
  DatabaseChange,
  DatabaseChangeReason,
  DatabaseInUse,
  DatabaseReport,
} from './database-report.ts';
export { describeCause } from './cause.ts';
export type { Cause, CauseCode } from './cause.ts';
export {
  BudgetExceededError,
  CircuitOpenError,
  CommandTimeoutError,
  ConfigurationError,
  isRedisResilienceError,
  LeaseEndedError,
  OutcomeUnknownError,
  OverloadedError,
  RedisResilienceError,
  RedisUnavailableError,
  WatchLostError,
} from './errors.ts';
export type { ErrorCode, ErrorDetails, Forensics, Outcome } from './errors.ts';
export type { ResilienceEvent, ResilienceEvents } from './observability/events.ts';
export { durationBoundsMs } from './observability/totals.ts';
export type { CommandResult, DurationTotals, LaneTotals } from './observability/totals.ts';
export type { Logger } from './options/logger.ts';
export type { CommandEntry, HistoryEntry, StatusEntry } from './observability/history.ts';
export type {
  AdmissionOptions,
  CircuitOptions,
  ConnectionOptions,
  PoolOptions,
  FailbackOptions,
  FailoverOptions,
  ResilienceOptions,
  RetryOptions,
} from './options/options.ts';
export type { Category } from './catalogue/category.ts';
export { remainingBudgetMs, runWithBudget } from './verbs/request-budget.ts';
export { systemClock, systemRandom } from './clock.ts';
export type { Clock, Random, TimerHandle } from './clock.ts';
