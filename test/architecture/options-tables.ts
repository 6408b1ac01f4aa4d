import type { OptionsInterface, OptionsTable } from './options-table.ts';

/** The tables that a README shows, between `<!-- options -->`, or `<!-- options: name -->`, and `<!-- /options -->`. */
export const readmeTables: readonly OptionsTable[] = [
  {
    package: 'core',
    interfaces: [
      { name: 'ResilienceOptions', file: 'options/options.ts' },
      { name: 'AdmissionOptions', file: 'options/options.ts', prefix: 'admission.' },
      { name: 'CircuitOptions', file: 'options/options.ts', prefix: 'circuit.' },
      { name: 'RetryOptions', file: 'options/options.ts', prefix: 'retry.' },
      { name: 'ConnectionOptions', file: 'options/options.ts', prefix: 'connection.' },
      { name: 'PoolOptions', file: 'options/options.ts', prefix: 'pool.' },
      { name: 'FailoverOptions', file: 'options/options.ts', prefix: 'failover.' },
      { name: 'FailbackOptions', file: 'options/options.ts', prefix: 'failback.' },
    ],
  },
  ...[
    ['createCache', 'CacheOptions', 'cache/cache-options.ts'],
    ['lookup', 'LookupOptions', 'cache/cache.ts'],
    ['createOutbox', 'OutboxOptions', 'outbox/outbox-options.ts'],
    ['add', 'AddOptions', 'outbox/outbox.ts'],
    ['sessions', 'SessionOptions', 'sessions/session-options.ts'],
    ['koaSessionStore', 'KoaSessionOptions', 'sessions/koa-session-store.ts'],
    ['createJobAdder', 'JobAdderOptions', 'queues/kept-adder.ts'],
    ['jobResult', 'JobResultOptions', 'queues/job-result.ts'],
    ['warmUp', 'WarmUpOptions', 'queues/connections.ts'],
    ['resilientRateLimitStore', 'RateLimitStoreOptions', 'limits/rate-limit-store.ts'],
    ['throttlerStorage', 'ThrottlerStorageOptions', 'limits/throttler-storage.ts'],
    ['resilientLimiter', 'ResilientLimiterOptions', 'limits/flexible-limiter.ts'],
    ['resilientKoaLimiter', 'KoaLimiterOptions', 'limits/koa-limiter.ts'],
    ['createLocks', 'LockOptions', 'locks/create-locks.ts'],
    ['acquire', 'AcquireOptions', 'locks/create-locks.ts'],
    ['createKeyvStore', 'KeyvStoreOptions', 'keyv/keyv-store.ts'],
    ['RedisCacheInterceptor', 'RedisCacheInterceptorOptions', 'nestjs/redis-cache.interceptor.ts'],
  ].map(([table = '', name = '', file = '']) => ({
    package: 'fallback',
    interfaces: [{ name, file }],
    name: table,
  })),
  {
    package: 'node-redis',
    interfaces: [{ name: 'KnownOptions', file: 'client-options.ts' }],
  },
];

const policy = { name: 'GuardPolicy', file: 'http/guard-policy.ts', package: 'core' };
const health = [
  { name: 'HealthOptions', file: 'http/health-response.ts', package: 'core' },
  { name: 'HealthResponderOptions', file: 'http/health-responder.ts', package: 'core' },
];
const middleware = ['express', 'koa'].flatMap((name): OptionsTable[] => [
  table(name, 'redisGuard', [policy, { name: 'RedisGuardOptions', file: 'redis-guard.ts' }]),
  table(name, 'redisHealth', [...health, { name: 'RedisHealthOptions', file: 'redis-health.ts' }]),
  table(name, 'requireRedis', [{ name: 'RequireRedisOptions', file: 'require-redis.ts' }]),
]);
const fallbackSources = { name: 'FallbackOptions', file: 'measure/source-readers.ts' };
const start = 'server/start-redis-options.ts';
const fleet = { name: 'FleetOptions', file: 'server/server-fleet.ts' };

/** Returns every table of options, for the options page of the book. */
export const optionsTables: readonly OptionsTable[] = [
  ...readmeTables.filter((each) => each.package === 'core'),
  table('core', 'execute', [{ name: 'ExecuteOptions', file: 'redis-resilience.ts' }]),
  table('core', 'applyOnce', [{ name: 'ApplyOnceOptions', file: 'redis-resilience.ts' }]),
  table('core', 'lease', [{ name: 'LeaseOptions', file: 'redis-resilience.ts' }]),
  table('core', 'transaction', [{ name: 'TransactionOptions', file: 'redis-resilience.ts' }]),
  ...middleware,
  table('nestjs', 'RedisResilienceModule', [
    { name: 'RedisResilienceModuleOptions', file: 'redis-resilience.options.ts' },
    { name: 'RedisResilienceModuleExtras', file: 'redis-resilience.options.ts' },
  ]),
  table('nestjs', '@UseRedisGuard', [
    policy,
    { name: 'RedisGuardOptions', file: 'redis-guard.interceptor.ts' },
  ]),
  table('nestjs', '@RequireRedis', [{ name: 'RequireRedisOptions', file: 'require-redis.guard.ts' }]),
  table('nestjs', 'RedisHealthEndpointsModule', [
    ...health,
    { name: 'RedisHealthEndpointsOptions', file: 'redis-health-endpoints.module.ts' },
  ]),
  table('nestjs', 'RedisHealthIndicator', [{ name: 'RedisHealthIndicatorOptions', file: 'redis.health.ts' }]),
  ...readmeTables.filter((each) => each.package === 'fallback'),
  table('telemetry', 'registerMetrics', [
    { name: 'MetricsOptions', file: 'prometheus/register-metrics.ts' },
    fallbackSources,
  ]),
  table('telemetry', 'registerInstruments', [
    { name: 'InstrumentsOptions', file: 'opentelemetry/register-instruments.ts' },
    fallbackSources,
  ]),
  table('telemetry', 'traceOperations', [
    { name: 'TraceOptions', file: 'opentelemetry/trace-operations.ts' },
  ]),
  table('telemetry', 'redisStatusPage', [{ name: 'StatusPageOptions', file: 'status-page/options.ts' }]),
  table('doctor', 'diagnose', [{ name: 'DiagnoseOptions', file: 'diagnose-options.ts' }]),
  table('doctor', 'attachDoctor', [{ name: 'AttachOptions', file: 'attach-doctor.ts' }]),
  ...readmeTables.filter((each) => each.package === 'node-redis'),
  table('testing', 'startRedis', [
    { name: 'StartRedisOptions', file: start },
    { name: 'RedisConfiguration', file: start },
    { name: 'StartOptions', file: start },
  ]),
  table('testing', 'server.restart', [
    { name: 'RestartOptions', file: start },
    { name: 'RedisConfiguration', file: start },
    { name: 'StartOptions', file: start },
  ]),
  table('testing', 'startSentinel', [
    fleet,
    { name: 'StartSentinelOptions', file: 'sentinel/start-sentinel-options.ts' },
  ]),
  table('testing', 'startCluster', [
    fleet,
    { name: 'StartClusterOptions', file: 'cluster/start-cluster.ts' },
  ]),
  table('testing', 'startProxy', [{ name: 'StartProxyOptions', file: 'proxy/start-proxy.ts' }]),
  table('testing', 'proxy.cutAfter', [{ name: 'CutOptions', file: 'proxy/chaos-proxy.ts' }]),
  table('testing', 'makeCertificates', [{ name: 'CertificateOptions', file: 'certificates.ts' }]),
  table('testing', 'waitFor', [{ name: 'WaitForOptions', file: 'wait-for.ts' }]),
  table('testing', 'ManualClock', [{ name: 'ManualClockOptions', file: 'manual-clock.ts' }]),
  table('testing', 'HistoryRecorder', [{ name: 'RecorderOptions', file: 'history/recorder.ts' }]),
  table('testing', 'checkHistory', [{ name: 'CheckOptions', file: 'history/check-history.ts' }]),
];

function table(owner: string, name: string, interfaces: readonly OptionsInterface[]): OptionsTable {
  return { package: owner, name, interfaces };
}
