import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import * as own from '@redis-resilience/telemetry/opentelemetry';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startProtectedRedis, type ProtectedRedis } from './protected-redis.ts';

type Telemetry = typeof own;

const telemetry = join(import.meta.dirname, '../../packages/telemetry');
const exporter = new InMemorySpanExporter();
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let folder: string;
let copy: Telemetry;

beforeAll(async () => {
  // The copy is in a folder from which Node finds core, as it would for a copy that another package depends on.
  folder = mkdtempSync(join(telemetry, '../../node_modules/.second-telemetry-'));
  cpSync(join(telemetry, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(telemetry, 'package.json'), join(folder, 'package.json'));
  copy = (await import(pathToFileURL(join(folder, 'dist/opentelemetry.js')).href)) as Telemetry;
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await tracerProvider.shutdown();
});
afterEach(() => exporter.reset());

it('links the spans of commands that another copy of the package collects', async () => {
  await using redis = await startProtectedRedis();
  const stop = own.traceOperations({ tracerProvider });
  const command = tracerProvider.getTracer('test').startSpan('get');
  await failingOperation(redis, () => copy.linkCommandSpan(command));
  expect(linksOfOperations()).toEqual([[command.spanContext().spanId]]);
  stop();
});

it('makes a span for each of two copies, and goes on when one of them stops', async () => {
  await using redis = await startProtectedRedis();
  const stops = [own, copy].map(({ traceOperations }) => traceOperations({ tracerProvider }));
  const command = tracerProvider.getTracer('test').startSpan('get');
  const link = (): void => copy.linkCommandSpan(command);
  await failingOperation(redis, link);
  const { spanId } = command.spanContext();
  expect(linksOfOperations()).toEqual([[spanId], [spanId]]);
  exporter.reset();
  stops[0]?.();
  await failingOperation(redis, link);
  expect(linksOfOperations()).toEqual([[spanId]]);
  stops[1]?.();
});

/** An operation gets a span if it fails. */
async function failingOperation({ resilience }: ProtectedRedis, link: () => void): Promise<void> {
  await resilience
    .execute(async () => {
      link();
      throw new Error('failed');
    })
    .catch(() => undefined);
}

function linksOfOperations(): readonly (readonly string[])[] {
  const spans = exporter.getFinishedSpans().filter(({ name }) => name.startsWith('redis_resilience'));
  return spans.map(({ links }) => links.map(({ context }) => context.spanId));
}
