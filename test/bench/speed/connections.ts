import { startRedis } from '@redis-resilience/testing';
import { askChild } from './ask-child.js';
import { clientLabels, type ClientKind } from './client-kinds.js';
import type { ConnectionCosts } from './connections-child.js';
import type { Measurement } from './measurement.js';

const sizes = [1, 10, 100, 1_000] as const;
const kinds: readonly ClientKind[] = ['bare', 'ours'];
const mostGrowth = 2;

/** What connections cost by how many there are in a process. */
export async function measureConnections(): Promise<Measurement> {
  await using server = await startRedis();
  const rows: string[][] = [];
  const own = new Map<number, ConnectionCosts>();
  for (const size of sizes) {
    for (const kind of kinds) {
      const costs = await askChild<ConnectionCosts>(
        'connections-child.js',
        [kind, server.url, String(size)],
        ['--expose-gc'],
      );
      if (kind === 'ours') own.set(size, costs);
      rows.push([
        `${size.toLocaleString('en')}, ${clientLabels[kind]}`,
        (costs.connectMicros / 1_000).toFixed(2),
        size < 10 ? '-' : (costs.heapBytes / 1_024).toFixed(1),
        `${(costs.idleCpu * 100).toFixed(1)} %`,
        costs.commandMicros.toFixed(2),
      ]);
    }
  }
  const growth = (own.get(1_000)?.connectMicros ?? Number.NaN) / (own.get(100)?.connectMicros ?? Number.NaN);
  return {
    title: 'Growth: connections',
    headings: [
      'connections',
      'to connect, CPU ms each',
      'heap, KiB each',
      'idle CPU',
      'command at 50 callers, CPU µs',
    ],
    rows,
    ratios: [{ name: 'cost of connecting, 1,000 to 100', value: growth, spread: 0.3, better: 'lower' }],
    verdicts: [
      {
        target: `connecting one of 1,000 costs at most ${mostGrowth} times one of 100: ${growth.toFixed(2)}`,
        isMet: growth <= mostGrowth,
      },
    ],
  };
}
