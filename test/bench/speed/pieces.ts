import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import {
  createHealthResponder,
  createRequestGuard,
  headersByPolicy,
  refuseByPolicy,
} from '@redis-resilience/core/http';
import { startRedis } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { medianOf } from '../report/statistics.js';
import { alternate } from './alternate.js';
import type { Depth, Measurement } from './measurement.js';

const builtCore = new URL('../../../../packages/core/dist/', import.meta.url);
const burst = 500;

/** Measures the cost of each component separately. */
export async function measurePieces({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  const bare = new Redis(server.url);
  bare.on('error', () => undefined);
  await resilience.ready({ timeoutMs: 5_000 });
  await bare.ping();
  const operations = await piecesOf(resilience);
  const pieces = await alternate(Object.keys(operations), Math.min(rounds, 6), (name) =>
    Promise.resolve(nanosOf(operations[name] as () => unknown, roundMs / 4)),
  );
  const ours = resilience.client;
  const gate = await alternate(['bare', 'ours'], rounds, (name) =>
    name === 'ours' ? bursts(ours, false, roundMs) : bursts(bare, true, roundMs),
  );
  bare.disconnect();
  await resilience.close({ drainMs: 0 });
  const micros = { bare: medianOf(gate.bare), ours: medianOf(gate.ours) };
  return {
    title: 'Pieces by themselves',
    headings: ['piece', 'cost of one'],
    rows: [
      [
        `a command in bursts of ${burst}, ioredis with its writes gathered by hand`,
        `${micros.bare.toFixed(2)} µs`,
      ],
      [`a command in bursts of ${burst}, Redis Resilience`, `${micros.ours.toFixed(2)} µs`],
      ['the gate: the difference', `${((micros.ours - micros.bare) * 1_000).toFixed(0)} ns`],
      ...Object.keys(operations).map((name) => [name, `${medianOf(pieces[name] ?? []).toFixed(0)} ns`]),
    ],
    ratios: [],
    verdicts: [],
  };
}

async function piecesOf(resilience: RedisResilience): Promise<Record<string, () => unknown>> {
  const { Circuit } = (await import(
    new URL('circuit/circuit.js', builtCore).href
  )) as typeof import('../../../packages/core/dist/circuit/circuit.js');
  const { circuitDefaults } = (await import(
    new URL('options/circuit-settings.js', builtCore).href
  )) as typeof import('../../../packages/core/dist/options/circuit-settings.js');
  const circuit = new Circuit(circuitDefaults, {
    clock: { now: () => performance.now() },
    random: () => 0.5,
    deadlineMs: 1_000,
    onChange: () => undefined,
  });
  const respond = createHealthResponder({ critical: true });
  const resiliences = [resilience];
  const ask = (path: string) => () => respond('GET', path, () => resiliences);
  let now = 0;
  return {
    'the circuit: admit and succeeded': () => circuit.succeeded(circuit.admit((now += 0.01)), 0.2, now),
    'snapshot()': () => resilience.snapshot(),
    'the guard of a request, policy included': () => {
      const guard = createRequestGuard(resilience);
      return refuseByPolicy({}, guard) ?? headersByPolicy({}, guard);
    },
    'health: GET /livez': ask('/livez'),
    'health: GET /readyz': ask('/readyz'),
    'health: GET /health/redis': ask('/health/redis'),
    'health: any other request': ask('/products/1'),
  };
}

let sink: unknown;

function nanosOf(operation: () => unknown, ms: number): number {
  const endsAt = performance.now() + ms;
  const startedAt = performance.now();
  let count = 0;
  while (performance.now() < endsAt) {
    for (let index = 0; index < 1_000; index++) sink = operation();
    count += 1_000;
  }
  return ((performance.now() - startedAt) * 1e6) / count + (sink === nanosOf ? 1 : 0);
}

/**
 * Measures the CPU time per command when hundreds of commands are issued in one turn and sent in one write;
 * plain ioredis must be told to gather them.
 */
async function bursts(client: Redis, isGatheredByHand: boolean, ms: number): Promise<number> {
  const endsAt = performance.now() + ms;
  const cpuBefore = process.cpuUsage();
  let commands = 0;
  while (performance.now() < endsAt) {
    const { stream } = client as unknown as { stream: { cork(): void; uncork(): void } };
    if (isGatheredByHand) stream.cork();
    const answers = Array.from({ length: burst }, () => client.get('k1'));
    if (isGatheredByHand) stream.uncork();
    await Promise.all(answers);
    commands += burst;
  }
  const cpu = process.cpuUsage(cpuBefore);
  return (cpu.user + cpu.system) / commands;
}
