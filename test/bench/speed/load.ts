import { percentileOf } from '../report/statistics.js';
import type { MeasuredClient } from './client-kinds.js';

/** The results of one round of load. */
export interface LoadResult {
  readonly perSecond: number;
  /** CPU time of this process, in microseconds per command. */
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const keys = Array.from({ length: 1_024 }, (_, index) => `k${index}`);
const value = 'x'.repeat(64);
const samples = new Float64Array(1 << 16);

/** Runs `callers` callers with one command in flight each: half GET, half SET of 64 bytes. */
export async function load(client: MeasuredClient, callers: number, ms: number): Promise<LoadResult> {
  let commands = 0;
  let sampled = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + ms;
  const cpuBefore = process.cpuUsage();
  const call = async (first: number): Promise<void> => {
    let turn = first;
    for (let now = performance.now(); now < endsAt;) {
      const key = keys[turn & 1_023] as string;
      await (turn++ & 1 ? client.get(key) : client.set(key, value));
      const after = performance.now();
      commands++;
      samples[sampled++ & 0xff_ff] = after - now;
      now = after;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => call(index)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  const own = samples.subarray(0, Math.min(sampled, samples.length));
  return {
    perSecond: commands / seconds,
    cpuMicros: (cpu.user + cpu.system) / commands,
    p50Ms: percentileOf(own, 0.5),
    p99Ms: percentileOf(own, 0.99),
  };
}
