import { createRequire } from 'node:module';
import { SpanKind, trace, type Span } from '@opentelemetry/api';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { linkCommandSpan, traceOperations } from '@redis-resilience/telemetry/opentelemetry';
import { waitFor } from '@redis-resilience/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProtectedRedis, type ProtectedRedis } from './protected-redis.ts';
import { tracedApps } from './traced-apps.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const instrumentation = new IORedisInstrumentation({ requestHook: linkCommandSpan });
let stop: () => void;

beforeAll(() => {
  provider.register();
  instrumentation.setTracerProvider(provider);
  // The instrumentation patches ioredis when it is required; code that imports ioredis earlier or later gets
  // the same patched class.
  createRequire(import.meta.url)('ioredis');
  stop = traceOperations();
});
afterAll(async () => {
  stop();
  instrumentation.disable();
  await provider.shutdown();
  trace.disable();
});
afterEach(() => exporter.reset());

function finished(pattern: RegExp) {
  return exporter.getFinishedSpans().filter(({ name }) => pattern.test(name));
}

function underRequest<T>(run: () => Promise<T>): Promise<T> {
  return provider.getTracer('test').startActiveSpan('request', async (span: Span) => {
    try {
      return await run();
    } finally {
      span.end();
    }
  });
}

async function waitForRedis(redis: ProtectedRedis, run: () => Promise<unknown>): Promise<void> {
  await redis.server.kill();
  await waitFor(() => redis.resilience.snapshot().connection !== 'ready');
  const waiting = run();
  await redis.server.start();
  await waiting;
}

describe('a tracer beside instrumentation-ioredis', () => {
  it('has a span for each command, and every command works', async () => {
    await using redis = await startProtectedRedis();
    const { client } = redis.resilience;
    await underRequest(async () => {
      await client.set('a', '1');
      expect(await client.get('a')).toBe('1');
      expect(await client.pipeline().incr('a').get('a').exec()).toEqual([
        [null, 2],
        [null, '2'],
      ]);
      expect(await client.multi().incr('a').exec()).toEqual([[null, 3]]);
      expect(await client.blpop('empty', 0.01)).toBeNull();
      await expect(client.lpush('a', 'x')).rejects.toThrow('WRONGTYPE');
    });
    const names = exporter.getFinishedSpans().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['set', 'get', 'incr', 'multi', 'exec', 'blpop', 'lpush', 'request']),
    );
  });

  it('links the span of an operation that waited to the span of its command, both under the request', async () => {
    // Starting a server can take longer than a call waits by default.
    await using redis = await startProtectedRedis({ timeoutMs: 5_000, admission: { maxWaitMs: 4_000 } });
    const stopPatient = traceOperations({ minWaitMs: 1 });
    await waitForRedis(redis, () =>
      underRequest(() => redis.resilience.execute((client) => client.get('k'))),
    );
    const [request] = finished(/^request$/);
    const command = finished(/^get$/).find(({ kind }) => kind === SpanKind.CLIENT);
    const operation = finished(/^redis_resilience\.read$/).at(-1);
    expect(command?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(operation?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(operation?.links.map(({ context }) => context.spanId)).toEqual([command?.spanContext().spanId]);
    stopPatient();
  });

  it.each(tracedApps)(
    'links to the command that was in flight when the server froze, in %s',
    async (_name, start) => {
      await using redis = await startProtectedRedis({ timeoutMs: 200 });
      await using app = await start(redis.resilience);
      await redis.server.freeze();
      expect(await (await fetch(`${app.origin}/cart`)).json()).toEqual({ cart: 'fallback' });
      redis.server.thaw();
      await waitFor(() => finished(/^get$/).length > 0 && finished(/^request$/).length > 0);
      const [operation] = finished(/^redis_resilience\.read$/);
      const [command] = finished(/^get$/);
      expect(operation?.links.map(({ context }) => context.spanId)).toEqual([command?.spanContext().spanId]);
      expect(operation?.attributes['redis_resilience.outcome']).toBe('fallback');
    },
  );
});
