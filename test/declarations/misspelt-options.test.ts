import { createRedisResilience, protect } from '@redis-resilience/core';
import {
  createHealthResponder,
  createRequestGuard,
  renderHealth,
  renderReadiness,
} from '@redis-resilience/core/http';
import { untilChange } from '@redis-resilience/core/kit';
import { attachDoctor, diagnose } from '@redis-resilience/doctor';
import * as express from '@redis-resilience/express';
import { createCache } from '@redis-resilience/fallback/cache';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import {
  resilientKoaLimiter,
  resilientLimiter,
  resilientRateLimitStore,
  throttlerStorage,
} from '@redis-resilience/fallback/limits';
import { createLocks } from '@redis-resilience/fallback/locks';
import { RedisCacheInterceptor } from '@redis-resilience/fallback/nestjs';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { createFlowAdder, createJobAdder, jobResult, warmUp } from '@redis-resilience/fallback/queues';
import { koaSessionStore, resilientSessionStore } from '@redis-resilience/fallback/sessions';
import * as koa from '@redis-resilience/koa';
import {
  RedisGuardInterceptor,
  RedisHealthEndpointsModule,
  RedisResilienceModule,
  RequireRedis,
  UseRedisGuard,
} from '@redis-resilience/nestjs';
import { ResilientRedisClient, ResilientRedisServer } from '@redis-resilience/nestjs/microservices';
import { RedisHealthIndicator } from '@redis-resilience/nestjs/terminus';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { redisStatusPage } from '@redis-resilience/telemetry/express';
import { redisStatusPage as koaStatusPage } from '@redis-resilience/telemetry/koa';
import { RedisStatusPageModule } from '@redis-resilience/telemetry/nestjs';
import { registerInstruments, traceOperations } from '@redis-resilience/telemetry/opentelemetry';
import { registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { createStatusPage } from '@redis-resilience/telemetry/status-page';
import {
  makeCertificates,
  ManualClock,
  startCluster,
  startProxy,
  startRedis,
  startSentinel,
  waitFor,
} from '@redis-resilience/testing';
import { ClusterGroup } from '../../packages/testing/src/cluster/cluster-group.ts';
import { ChaosProxy } from '../../packages/testing/src/proxy/chaos-proxy.ts';
import { SentinelGroup } from '../../packages/testing/src/sentinel/sentinel-group.ts';
import { RedisServer } from '../../packages/testing/src/server/redis-server.ts';
import { checkHistory, HistoryRecorder } from '@redis-resilience/testing/history';
import { Redis } from 'ioredis';
import * as redis from 'redis';
import { afterAll, expect, it } from 'vitest';
import { optionTakers } from './option-takers.ts';

type Call = (options: never) => unknown;

const resilience = createRedisResilience({ lazyConnect: true });
const guard = createRequestGuard(resilience);
const cache = createCache(resilience);
const outbox = createOutbox(resilience);
const locks = createLocks(resilience);
const proxy = Object.create(ChaosProxy.prototype) as ChaosProxy;
const server = Object.create(RedisServer.prototype) as RedisServer;
const sentinels = SentinelGroup.prototype;
const cluster = Object.assign(Object.create(ClusterGroup.prototype) as ClusterGroup, { nodes: [server] });
afterAll(() => resilience.close());

const anything = (): undefined => undefined;
const sessions = { get: anything, set: anything, destroy: anything };
const hits = { increment: anything, decrement: anything, resetKey: anything };
const limiter = { points: 1, consume: () => Promise.resolve() };
const queue = { name: 'mails', add: () => Promise.resolve(), getJob: anything };
const emitter = { on: anything, removeListener: anything };

/** For each function, one of its options, and a call with given options. */
const calls: Readonly<Record<string, readonly [option: string, call: Call]>> = {
  'core createRedisResilience': ['timeoutMs', (options) => createRedisResilience('redis://a', options)],
  'core protect': ['timeoutMs', (options) => protect(new Redis({ lazyConnect: true }), options)],
  'core RedisResilience.execute': ['fallback', (options) => resilience.execute(anything as never, options)],
  'core RedisResilience.applyOnce': ['timeoutMs', (options) => resilience.applyOnce(options, 'incr', 'a')],
  'core RedisResilience.lease': ['timeoutMs', (options) => resilience.lease(anything, options)],
  'core RedisResilience.transaction': [
    'attempts',
    (options) => resilience.transaction(['a'], anything, options),
  ],
  'core RedisResilience.ready': ['timeoutMs', (options) => resilience.ready(options)],
  'core RedisResilience.close': ['drainMs', (options) => resilience.close(options)],
  'core renderReadiness': ['critical', (options) => renderReadiness([], options)],
  'core renderHealth': ['critical', (options) => renderHealth([], options)],
  'core createHealthResponder': ['critical', (options) => createHealthResponder(options)],
  'core RequestGuard.execute': ['fallback', (options) => guard.execute(anything as never, options)],
  'core RequestGuard.lease': ['timeoutMs', (options) => guard.lease(anything, options)],
  'core RequestGuard.transaction': ['attempts', (options) => guard.transaction(['a'], anything, options)],
  'core untilChange': [
    'timeoutMs',
    (options) => untilChange(resilience, new ManualClock(), () => true, options),
  ],
  'doctor diagnose': ['timeoutMs', (options) => diagnose('redis://127.0.0.1:1', options)],
  'doctor attachDoctor': ['minIntervalMs', (options) => attachDoctor(resilience, options)],
  'express redisGuard': ['budgetMs', (options) => express.redisGuard(options)],
  'express requireRedis': ['resilience', (options) => express.requireRedis('write', options)],
  'express redisHealth': ['critical', (options) => express.redisHealth(options)],
  'fallback createCache': ['ttlMs', (options) => createCache(resilience, options)],
  'fallback Cache.getOrLoad': ['ttlMs', (options) => cache.getOrLoad('a', anything, options)],
  'fallback Cache.lookup': ['fallback', (options) => cache.lookup('a', anything, options)],
  'fallback Cache.set': ['ttlMs', (options) => cache.set('a', 1, options)],
  'fallback createOutbox': ['maxEntries', (options) => createOutbox(resilience, options)],
  'fallback Outbox.add': ['id', (options) => outbox.add('set', ['a', 1], options)],
  'fallback Outbox.drain': ['timeoutMs', (options) => outbox.drain(options)],
  'fallback Outbox.close': ['drainMs', (options) => outbox.close(options)],
  'fallback resilientSessionStore': [
    'prefix',
    (options) => resilientSessionStore(sessions, resilience, options),
  ],
  'fallback koaSessionStore': ['store', (options) => koaSessionStore(resilience, options)],
  'fallback KeptSessions.drain': ['timeoutMs', (options) => koaSessionStore(resilience).kept.drain(options)],
  'fallback warmUp': ['timeoutMs', (options) => warmUp([], options)],
  'fallback createJobAdder': ['whenAway', (options) => createJobAdder(queue, resilience, options)],
  'fallback createFlowAdder': ['whenAway', (options) => createFlowAdder(queue, resilience, options)],
  'fallback jobResult': ['timeoutMs', (options) => jobResult(queue as never, emitter, '1', options)],
  'fallback resilientRateLimitStore': [
    'whenAway',
    (options) => resilientRateLimitStore(hits, resilience, options),
  ],
  'fallback resilientLimiter': ['insurance', (options) => resilientLimiter(limiter, resilience, options)],
  'fallback resilientKoaLimiter': [
    'timeoutMs',
    (options) => resilientKoaLimiter(anything as never, resilience, options),
  ],
  'fallback throttlerStorage': ['whenAway', (options) => throttlerStorage(resilience, options)],
  'fallback Locks.acquire': ['waitMs', (options) => locks.acquire('a', options)],
  'fallback Locks.run': ['waitMs', (options) => locks.run('a', anything as never, options)],
  'fallback createLocks': ['ttlMs', (options) => createLocks(resilience, options)],
  'fallback createKeyvStore': ['prefix', (options) => createKeyvStore(resilience, options)],
  'fallback RedisCacheInterceptor.constructor': [
    'noStore',
    (options) => new RedisCacheInterceptor({} as never, {} as never, {} as never, options),
  ],
  'koa redisGuard': ['budgetMs', (options) => koa.redisGuard(options)],
  'koa requireRedis': ['resilience', (options) => koa.requireRedis('write', options)],
  'koa redisHealth': ['critical', (options) => koa.redisHealth(options)],
  'nestjs RedisResilienceModule.forRoot': ['timeoutMs', (options) => RedisResilienceModule.forRoot(options)],
  'nestjs RedisResilienceModule.forRootAsync': [
    'inject',
    (options: object) => RedisResilienceModule.forRootAsync({ useFactory: () => ({}), ...options }),
  ],
  'nestjs RequireRedis': ['lane', (options) => RequireRedis(options)],
  'nestjs RedisGuardInterceptor.constructor': [
    'budgetMs',
    (options) => new RedisGuardInterceptor({} as never, {} as never, {} as never, options),
  ],
  'nestjs UseRedisGuard': ['budgetMs', (options) => UseRedisGuard(options)],
  'nestjs RedisHealthEndpointsModule.forRoot': [
    'critical',
    (options) => RedisHealthEndpointsModule.forRoot(options),
  ],
  'nestjs RedisHealthIndicator.isHealthy': [
    'critical',
    (options) => new RedisHealthIndicator({} as never, {} as never).isHealthy('redis', options),
  ],
  'nestjs ResilientRedisServer.constructor': [
    'serializer',
    (options: object) => new ResilientRedisServer({ resilience, ...options }),
  ],
  'nestjs ResilientRedisClient.constructor': [
    'timeoutMs',
    (options: object) => new ResilientRedisClient({ resilience, ...options }),
  ],
  'node-redis createNodeRedisClient': [
    'commandOptions',
    (options) => createNodeRedisClient(resilience, redis, options),
  ],
  'telemetry registerMetrics': ['registry', (options) => registerMetrics([resilience], options)],
  'telemetry registerInstruments': ['meterProvider', (options) => registerInstruments([resilience], options)],
  'telemetry traceOperations': ['minWaitMs', (options) => traceOperations(options)],
  'telemetry createStatusPage': ['title', (options) => createStatusPage(options)],
  'telemetry redisStatusPage': ['title', (options) => redisStatusPage(options) ?? koaStatusPage(options)],
  'telemetry RedisStatusPageModule.forRoot': ['title', (options) => RedisStatusPageModule.forRoot(options)],
  'telemetry RedisStatusPageModule.forRootAsync': [
    'inject',
    (options: object) => RedisStatusPageModule.forRootAsync({ useFactory: () => ({}), ...options }),
  ],
  'testing ManualClock.constructor': ['wallMs', (options) => new ManualClock(options)],
  'testing waitFor': ['timeoutMs', (options) => waitFor(() => true, options)],
  'testing makeCertificates': ['hosts', (options) => makeCertificates(options)],
  'testing startRedis': ['port', (options) => startRedis(options)],
  'testing startProxy': [
    'port',
    (options: object) => startProxy({ target: { host: '127.0.0.1', port: 1 }, ...options }),
  ],
  'testing startSentinel': ['replicas', (options) => startSentinel(options)],
  'testing startCluster': ['nodeTimeoutMs', (options) => startCluster(options)],
  'testing ChaosProxy.refuse': ['reset', (options) => proxy.refuse(options)],
  'testing ChaosProxy.resetEvery': [
    'seed',
    (options: object) => proxy.resetEvery({ minMs: 1, maxMs: 2, ...options }),
  ],
  'testing ChaosProxy.blackhole': ['incoming', (options) => proxy.blackhole(options)],
  'testing ChaosProxy.heal': ['revive', (options) => proxy.heal(options)],
  'testing ChaosProxy.latency': ['jitterMs', (options) => proxy.latency(1, options)],
  'testing ChaosProxy.throttle': ['incoming', (options) => proxy.throttle(1, options)],
  'testing ChaosProxy.cutAfter': ['direction', (options) => proxy.cutAfter(1, options)],
  'testing RedisServer.start': ['loadingMs', (options) => server.start(options)],
  'testing RedisServer.restart': ['afterMs', (options) => server.restart(options)],
  'testing RedisServer.isAnswering': ['timeoutMs', (options) => server.isAnswering(options)],
  'testing RedisServer.waitUntilAnswering': ['timeoutMs', (options) => server.waitUntilAnswering(options)],
  'testing SentinelGroup.failover': ['timeoutMs', (options) => sentinels.failover(options)],
  'testing SentinelGroup.waitForPrimary': ['timeoutMs', (options) => sentinels.waitForPrimary(options)],
  'testing SentinelGroup.waitUntilSettled': ['timeoutMs', (options) => sentinels.waitUntilSettled(options)],
  'testing ClusterGroup.failover': ['timeoutMs', (options) => cluster.failover(server, options)],
  'testing ClusterGroup.restartAll': ['afterMs', (options) => cluster.restartAll(options)],
  'testing ClusterGroup.waitUntilOk': ['timeoutMs', (options) => cluster.waitUntilOk(options)],
  'testing checkHistory': ['contracts', (options) => checkHistory([], options)],
  'testing HistoryRecorder.constructor': ['outcomeOf', (options) => new HistoryRecorder(options)],
};

/** Functions that this test does not call, because applications do not either: a library or a factory calls them. */
const others = [
  'fallback ConnectRedisClient.set',
  'fallback ConnectRedisClient.scanIterator',
  'fallback KeyvStore.constructor',
  'fallback ResilientRateLimitStore.constructor',
  'fallback ResilientRateLimitStore.init',
];

it('every public function that takes options is called here', () => {
  const names = optionTakers().map(({ name }) => name);
  expect(names.filter((name) => !(name in calls) && !others.includes(name))).toEqual([]);
  expect([...Object.keys(calls), ...others].filter((name) => !names.includes(name))).toEqual([]);
});

it.each(Object.entries(calls))('%s names the nearest option for a misspelt one', async (_name, call) => {
  const [option, run] = call;
  const misspelt = option.slice(0, 1) + option.slice(2);
  await expect(attempt(() => run({ [misspelt]: undefined } as never))).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringMatching(
      new RegExp(`${misspelt} does not exist\\. Did you mean (\\w+\\.)*${option}\\?`),
    ) as string,
  });
});

async function attempt(run: () => unknown): Promise<unknown> {
  return await run();
}
