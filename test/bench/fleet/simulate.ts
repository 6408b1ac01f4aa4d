import { AcceptQueue, redisOnLinux, type OutageKind, type ServerModel } from './accept-queue.js';
import { EventClock } from './event-clock.js';
import type { MakeClient, Surroundings } from './fleet-client.js';

export interface Scenario {
  readonly processes: number;
  readonly connectionsPerProcess: number;
  readonly kind: OutageKind;
  readonly outageMs: number;
  readonly seed: number;
  readonly model?: ServerModel;
}

/** The result of one outage of one fleet. Times are counted from the return of the server. */
export interface Outcome {
  /** Seconds until half, 99 % and all of the connections were established again. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Seconds until the first connection of half, and of 99 %, of the processes was established again. */
  readonly processP50: number;
  readonly processP99: number;
  readonly peakPer10Ms: number;
  readonly drops: number;
  /** Connection attempts, and SYNs, per second and connection during the outage. */
  readonly attemptRate: number;
  readonly synRate: number;
  /** The number of recovered connections after each step of `curveStepMs`. */
  readonly curve: readonly number[];
}

export const curveStepMs = 100;
const quietMs = 10_000;
const lossSpreadMs = 5;
const limitMs = 120_000;

/** Simulates an outage of a fleet's server and the recovery of its clients. Deterministic by seed. */
export async function simulate(makeClient: MakeClient, scenario: Scenario): Promise<Outcome> {
  const { processes, connectionsPerProcess, outageMs } = scenario;
  const connections = processes * connectionsPerProcess;
  const clock = new EventClock();
  const server = new AcceptQueue(clock, scenario.model ?? redisOnLinux);
  const random = mulberry32(scenario.seed);
  const recoveredAt: number[] = [];
  const firstAt: (number | undefined)[] = Array.from({ length: processes }, () => undefined);
  let attempts = 0;
  const surroundings: Surroundings = {
    clock,
    server,
    random,
    fleetSize: connections,
    onAttempt: () => attempts++,
    onRecovered: (process) => {
      recoveredAt.push(clock.now());
      firstAt[process] ??= clock.now();
    },
  };
  const clients = Array.from({ length: processes }, (_, process) =>
    makeClient(process, connectionsPerProcess, surroundings),
  );
  for (const client of clients) client.start();
  await clock.runUntil(quietMs);

  server.mode = scenario.kind;
  server.resetCounts();
  for (const client of clients) {
    for (let index = 0; index < connectionsPerProcess; index++) {
      clock.setTimeout(() => client.lose(index), random() * lossSpreadMs);
    }
  }
  const backAt = quietMs + outageMs;
  await clock.runUntil(backAt);
  const perConnection = (count: number): number => count / connections / (outageMs / 1_000);
  const attemptRate = perConnection(attempts);
  const synRate = perConnection(server.syns);

  server.mode = 'up';
  while (recoveredAt.length < connections && clock.now() < backAt + limitMs) {
    await clock.runUntil(clock.now() + 1_000);
  }
  const afterMs = recoveredAt.map((at) => at - backAt);
  const firstMs = firstAt.map((at) => (at ?? Infinity) - backAt).toSorted((a, b) => a - b);
  return {
    p50: quantile(afterMs, 0.5, connections),
    p99: quantile(afterMs, 0.99, connections),
    max: quantile(afterMs, 1, connections),
    processP50: quantile(firstMs, 0.5, processes),
    processP99: quantile(firstMs, 0.99, processes),
    peakPer10Ms: server.peakPer10Ms,
    drops: server.drops,
    attemptRate,
    synRate,
    curve: curveOf(afterMs),
  };
}

/** Returns a quantile in seconds; Infinity if too few connections recovered within the time limit. */
function quantile(sortedMs: readonly number[], share: number, of: number): number {
  return (sortedMs[Math.ceil(share * of) - 1] ?? Infinity) / 1_000;
}

function curveOf(sortedMs: readonly number[]): number[] {
  const curve: number[] = [];
  let count = 0;
  for (let step = 0; count < sortedMs.length; step++) {
    while (count < sortedMs.length && sortedMs[count]! <= step * curveStepMs) count++;
    curve.push(count);
  }
  return curve;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
