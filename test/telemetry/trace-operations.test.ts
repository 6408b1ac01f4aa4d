import { hasSubscribers } from 'node:diagnostics_channel';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createRedisResilience } from '@redis-resilience/core';
import { linkCommandSpan, traceOperations } from '@redis-resilience/telemetry/opentelemetry';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProtectedRedis } from './protected-redis.ts';
import { tracedApps } from './traced-apps.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => provider.register());
afterAll(async () => {
  await provider.shutdown();
  trace.disable();
});
afterEach(() => exporter.reset());

function spansNamed(pattern: RegExp) {
  return exporter.getFinishedSpans().filter(({ name }) => pattern.test(name));
}

describe.each(tracedApps)('a tracer in %s', (_name, start) => {
  it('makes no span for an operation that just works', async () => {
    await using redis = await startProtectedRedis();
    await using app = await start(redis.resilience);
    const stop = traceOperations();
    expect(await (await fetch(`${app.origin}/cart`)).json()).toEqual({ cart: null });
    await waitFor(() => spansNamed(/^request$/).length === 1);
    expect(spansNamed(/^redis_resilience/)).toEqual([]);
    stop();
  });

  it('makes a span under that of the request for an operation that fell back', async () => {
    await using redis = await startProtectedRedis({ name: 'carts' });
    await using app = await start(redis.resilience);
    const stop = traceOperations();
    await redis.takeDown();
    expect(await (await fetch(`${app.origin}/cart`)).json()).toEqual({ cart: 'fallback' });
    await waitFor(() => spansNamed(/^request$/).length === 1);
    const [request] = spansNamed(/^request$/);
    const [span, ...more] = spansNamed(/^redis_resilience/);
    expect(more).toEqual([]);
    expect(span?.name).toBe('redis_resilience.read');
    expect(span?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(span?.spanContext().traceId).toBe(request?.spanContext().traceId);
    expect(span?.attributes).toMatchObject({
      'redis_resilience.connection': 'carts',
      'redis_resilience.lane': 'read',
      'redis_resilience.outcome': 'fallback',
    });
    expect(JSON.stringify(span?.attributes)).not.toMatch(/127\.0\.0\.1|cart"/);
    stop();
  });
});

describe('traceOperations', () => {
  it('makes a span for a change of database, which is part of no request', async () => {
    await using first = await startRedis();
    await using second = await startRedis();
    const databases = [
      { name: 'first', target: first.url },
      { name: 'second', target: second.url },
    ];
    const resilience = createRedisResilience({ databases }, { name: 'carts', logger: false });
    await resilience.ready();
    const stop = traceOperations();
    const request = trace.getTracer('test').startSpan('request');
    await context.with(trace.setSpan(context.active(), request), () => resilience.failover('second'));
    request.end();
    const [span, ...more] = spansNamed(/^redis_resilience/);
    stop();
    await resilience.failover('first');
    await resilience.close();

    expect([span?.name, span?.parentSpanContext, more]).toEqual([
      'redis_resilience.database_change',
      undefined,
      [],
    ]);
    expect(span?.attributes).toEqual({
      'redis_resilience.connection': 'carts',
      'redis_resilience.from': 'first',
      'redis_resilience.to': 'second',
      'redis_resilience.reason': 'by-hand',
    });
    expect(spansNamed(/^redis_resilience/)).toHaveLength(1);
  });

  it('covers the time an operation waited', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations({ minWaitMs: 20 });
    await redis.server.kill();
    await redis.see('down');
    const waiting = redis.resilience.execute((client) => client.get('k')).catch(() => undefined);
    await redis.server.start();
    await waiting;
    const [span] = spansNamed(/^redis_resilience/);
    const [seconds = 0, nanoseconds = 0] = span?.duration ?? [];
    expect(seconds * 1000 + nanoseconds / 1e6).toBeGreaterThanOrEqual(19);
    stop();
  });

  it('tells how often commands of an operation were sent again', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations({ minWaitMs: 10_000 });
    await redis.server.freeze();
    const reading = redis.resilience.execute((client) => client.get('k'));
    await redis.server.kill();
    await redis.server.start();
    expect(await reading).toBeNull();
    const [span] = spansNamed(/^redis_resilience/);
    expect(span?.attributes['redis_resilience.retries']).toBeGreaterThanOrEqual(1);
    expect(span?.attributes['redis_resilience.outcome']).toBe('ok');
    stop();
  });

  it('makes no span for an operation that was slow, and neither waited nor was sent again', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations();
    await redis.resilience.execute((client) => client.blpop('empty', 0.2));
    expect(spansNamed(/^redis_resilience/)).toEqual([]);
    stop();
  });

  it('marks an operation that failed with the code of its error, and nothing else of it', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations();
    const fail = () => redis.resilience.execute(() => Promise.reject(new TypeError('holds a secret')));
    await expect(fail()).rejects.toThrow('secret');
    const [span] = spansNamed(/^redis_resilience/);
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes).toMatchObject({
      'redis_resilience.outcome': 'error',
      'error.type': 'TypeError',
    });
    expect(span?.events).toEqual([]);
    stop();
  });

  it('marks an error that is no error, or has an odd name, as one of others', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations();
    const odd = [
      Object.assign(new Error('odd'), { name: 'visitor ada' }),
      Object.defineProperty(new Error('odd'), 'name', { get: () => expect.fail('read without care') }),
      new Proxy(new Error('odd'), { get: () => expect.fail('read without care') }),
      null,
    ];
    for (const error of odd) {
      const failing = redis.resilience.execute(() => Promise.reject(error as Error));
      await failing.catch(() => undefined);
    }
    const types = spansNamed(/^redis_resilience/).map(({ attributes }) => attributes['error.type']);
    expect(types).toEqual(odd.map(() => '_OTHER'));
    stop();
  });

  it('links to the spans of the commands of the operation, and to no others', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations();
    const tracer = provider.getTracer('test');
    const stranger = tracer.startSpan('stranger');
    linkCommandSpan(stranger);
    const [first, second] = [tracer.startSpan('get'), tracer.startSpan('set')];
    await redis.resilience
      .execute(async () => {
        linkCommandSpan(first);
        await Promise.resolve();
        linkCommandSpan(second);
        throw new Error('so that there is a span');
      })
      .catch(() => undefined);
    const [span] = spansNamed(/^redis_resilience/);
    expect(span?.links.map(({ context }) => context.spanId)).toEqual([
      first.spanContext().spanId,
      second.spanContext().spanId,
    ]);
    stop();
  });

  it('goes on when one of two tracers is stopped', async () => {
    await using redis = await startProtectedRedis();
    const stop = traceOperations();
    traceOperations()();
    await redis.resilience.execute(() => Promise.reject(new Error('failed'))).catch(() => undefined);
    expect(spansNamed(/^redis_resilience/)).toHaveLength(1);
    stop();
  });

  it('leaves no subscriber when it is stopped', () => {
    traceOperations()();
    expect(hasSubscribers('tracing:redis-resilience:operation:start')).toBe(false);
    expect(hasSubscribers('tracing:redis-resilience:operation:asyncEnd')).toBe(false);
  });

  it('refuses a wrong option', () => {
    expect(() => traceOperations({ minWaitMS: 1 } as object)).toThrow(/Did you mean minWaitMs/);
    expect(() => traceOperations({ tracerProvider: {} as never })).toThrow(/must be a TracerProvider/);
    expect(() => traceOperations({ minWaitMs: -1 })).toThrow(/minWaitMs/);
  });
});
