import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { parseArgs } from 'node:util';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { traceOperations } from '@redis-resilience/telemetry/opentelemetry';
import { registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { startRedis } from '@redis-resilience/testing';
import { Registry } from 'prom-client';
import { medianOf } from '../report/statistics.js';
import { textTable } from '../report/text-table.js';
import { alternate, ratioOf } from '../speed/alternate.js';
import { scrapeInOutage } from './scrape.js';

const usage = `What looking costs: throughput at 50 callers with metrics and channels subscribed, beside without, alternating
in one run on a real redis-server; then how long a scrape takes while Redis is killed and the callers go on asking.

  node test/bench/dist/telemetry/main.js [--rounds 40] [--round-ms 250] [--check]

  --check    fails when a ratio of throughput is below its bound, or a scrape takes 10 ms or more`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    'round-ms': { type: 'string', default: '250' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const plainChannels = ['status', 'attempt', 'circuit', 'outbox'].map((name) => `redis-resilience:${name}`);

/**
 * Ways to observe the connection; each returns a function that stops the observation. The speed of every way is
 * compared with `nobody`, which observes nothing.
 */
const onlookers = {
  nobody: () => ignore,
  'nobody, who did before': (resilience: RedisResilience) => {
    registerMetrics(resilience, { registry: new Registry() })();
    return ignore;
  },
  metrics: (resilience: RedisResilience) => registerMetrics(resilience, { registry: new Registry() }),
  'metrics, spans and channels': (resilience: RedisResilience) => {
    const unregister = registerMetrics(resilience, { registry: new Registry() });
    const stopTracing = traceOperations();
    for (const name of plainChannels) subscribe(name, ignore);
    const operation = tracingChannel('redis-resilience:operation');
    const all = { start: ignore, end: ignore, asyncStart: ignore, asyncEnd: ignore, error: ignore };
    operation.subscribe(all);
    return () => {
      unregister();
      stopTracing();
      for (const name of plainChannels) unsubscribe(name, ignore);
      operation.unsubscribe(all);
    };
  },
  // This way may slow commands down by any amount: an application that subscribes to every command accepts the cost.
  'every command published': () => {
    subscribe('redis-resilience:command', ignore);
    return () => void unsubscribe('redis-resilience:command', ignore);
  },
} as const satisfies Record<string, (resilience: RedisResilience) => () => void>;

type Onlooker = keyof typeof onlookers;

const bounds: Readonly<Partial<Record<Onlooker, number>>> = {
  'nobody, who did before': 0.99,
  metrics: 0.95,
  'metrics, spans and channels': 0.95,
};

const maxScrapeMs = 10;

if (values.help) console.log(usage);
else {
  await measure(Number(values.rounds), Number(values['round-ms']));
  await measureScrapes();
}

async function measure(rounds: number, roundMs: number): Promise<void> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  await resilience.ready();
  await load(resilience, 1_000);
  const names = Object.keys(onlookers) as Onlooker[];
  const results = await alternate(names, rounds, async (name) => {
    const stop = onlookers[name](resilience);
    const result = await load(resilience, roundMs);
    stop();
    return result;
  });
  await resilience.close();
  const rows = names.map((name) => {
    const speed = ratioOf(perSecondOf(results[name]), perSecondOf(results.nobody));
    const cost = ratioOf(cpuOf(results[name]), cpuOf(results.nobody));
    const bound = bounds[name];
    if (bound !== undefined && speed.value < bound && values.check) process.exitCode = 1;
    return [
      name,
      Math.round(medianOf(perSecondOf(results[name]))).toLocaleString('en'),
      speed.value.toFixed(3),
      `±${speed.spread.toFixed(3)}`,
      bound === undefined ? '' : `>= ${bound}`,
      cost.value.toFixed(3),
    ];
  });
  const heads = ['who looks', 'commands/s', 'ratio', 'spread', 'bound', 'CPU a command, ratio'];
  console.log(textTable(heads, rows));
}

async function measureScrapes(): Promise<void> {
  const tookMs = await scrapeInOutage(200);
  const median = medianOf(tookMs);
  const longest = Math.max(...tookMs);
  if (median >= maxScrapeMs && values.check) process.exitCode = 1;
  console.log(
    `\nA scrape in an outage: ${median.toFixed(2)} ms (median of ${tookMs.length}), ${longest.toFixed(2)} ms at most; ` +
      `bound of the median: ${maxScrapeMs} ms.`,
  );
}

interface Result {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** 50 callers with one command in flight each: half GET, half SET. */
async function load(resilience: RedisResilience, ms: number): Promise<Result> {
  const { client } = resilience;
  let commands = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const call = async (): Promise<void> => {
    while (performance.now() - startedAt < ms) {
      await client.get('key');
      await client.set('key', 'value');
      commands += 2;
    }
  };
  await Promise.all(Array.from({ length: 50 }, call));
  const cpu = process.cpuUsage(cpuBefore);
  return {
    perSecond: commands / ((performance.now() - startedAt) / 1_000),
    cpuMicros: (cpu.user + cpu.system) / commands,
  };
}

function perSecondOf(results: readonly Result[]): number[] {
  return results.map(({ perSecond }) => perSecond);
}

function cpuOf(results: readonly Result[]): number[] {
  return results.map(({ cpuMicros }) => cpuMicros);
}

function ignore(): void {
  // Looks, and does nothing.
}
