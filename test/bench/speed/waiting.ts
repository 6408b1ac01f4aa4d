import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { medianOf } from '../report/statistics.js';
import type { Depth, Measurement } from './measurement.js';

const sizes = [1, 10, 100, 1_000, 10_000] as const;
const mostGrowth = 2;

/**
 * Measures the cost of a command that waits while the server is down, for different numbers of waiting
 * commands.
 */
export async function measureWaiting({ rounds }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, {
    timeoutMs: 60_000,
    admission: { maxWaitMs: 60_000, maxWaiting: 20_000 },
  });
  await resilience.ready({ timeoutMs: 5_000 });
  const { client } = resilience;
  await wait(1_000);
  const rows: string[][] = [];
  const enqueued = new Map<number, number>();
  for (const size of sizes) {
    const issue: number[] = [];
    const whole: number[] = [];
    for (let round = 0; round < Math.min(5, rounds); round++) {
      const costs = await wait(size);
      issue.push(costs.issueMicros);
      whole.push(costs.cpuMicros);
    }
    enqueued.set(size, medianOf(issue));
    // With fewer commands, the time would consist almost only of the reconnection.
    const life = size < 1_000 ? '-' : medianOf(whole).toFixed(2);
    rows.push([size.toLocaleString('en'), medianOf(issue).toFixed(2), life]);
  }
  await resilience.close({ drainMs: 0 });
  const growth = (enqueued.get(10_000) ?? Number.NaN) / (enqueued.get(100) ?? Number.NaN);
  return {
    title: 'Growth: commands that wait',
    headings: ['waiting', 'to enqueue, µs each', 'until answered, CPU µs each'],
    rows,
    ratios: [{ name: 'cost of waiting, 10,000 to 100', value: growth, spread: 0.3, better: 'lower' }],
    verdicts: [
      {
        target: `enqueueing one of 10,000 costs at most ${mostGrowth} times one of 100: ${growth.toFixed(2)}`,
        isMet: growth <= mostGrowth,
      },
    ],
  };

  async function wait(size: number): Promise<{ issueMicros: number; cpuMicros: number }> {
    await server.kill();
    await untilAway();
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    const answers: Promise<unknown>[] = [];
    for (let index = 0; index < size; index++) answers.push(client.get('k1'));
    const issueMicros = ((performance.now() - startedAt) * 1_000) / size;
    await server.start();
    await Promise.all(answers);
    const cpu = process.cpuUsage(cpuBefore);
    return { issueMicros, cpuMicros: (cpu.user + cpu.system) / size };
  }

  async function untilAway(): Promise<void> {
    while (resilience.snapshot().connection === 'ready')
      await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
