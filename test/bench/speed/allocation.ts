import { startRedis } from '@redis-resilience/testing';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import { askChild } from './ask-child.js';
import { clientLabels, type ClientKind } from './client-kinds.js';
import type { Depth, Measurement } from './measurement.js';

const kinds: readonly ClientKind[] = ['bare', 'auto', 'node-redis', 'ours'];
const mostAboveBare = 150;

/** Measures the bytes allocated per command with 50 callers, each client in a separate process. */
export async function measureAllocation({ rounds }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const results = await alternate(kinds, Math.min(5, rounds), (kind) =>
    askChild<number>(
      'allocation-child.js',
      [kind, server.url],
      ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'],
    ),
  );
  const bare = medianOf(results.bare);
  const above = medianOf(results.ours) - bare;
  return {
    title: 'Allocation at 50 callers',
    headings: ['client', 'bytes per command', 'above ioredis'],
    rows: kinds.map((kind) => {
      const bytes = medianOf(results[kind]);
      return [clientLabels[kind], bytes.toFixed(0), (bytes - bare).toFixed(0)];
    }),
    ratios: [{ name: 'allocation per command', ...ratioOf(results.ours, results.bare), better: 'lower' }],
    verdicts: [
      {
        target: `at most ${mostAboveBare} bytes per command above ioredis: ${above.toFixed(0)}`,
        isMet: above <= mostAboveBare,
      },
    ],
  };
}
