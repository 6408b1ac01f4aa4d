import { startRedis } from '@redis-resilience/testing';
import { askChild } from './ask-child.js';
import { clientLabels, type ClientKind } from './client-kinds.js';
import type { ConnectionCosts } from './connections-child.js';
import type { Measurement, Ratio, Verdict } from './measurement.js';

const sizes = [1, 10, 100, 1_000] as const;
const kinds: readonly ClientKind[] = ['bare', 'ours'];
const mostGrowth = 2;
/**
 * Limits for the cost of one connection among `size` connections, as a multiple of its cost with plain
 * ioredis.
 */
const bounds = [
  { what: 'a command', size: 100, of: 'commandMicros', atMost: 1 },
  { what: 'a command', size: 1_000, of: 'commandMicros', atMost: 1 },
  { what: 'connecting', size: 1_000, of: 'connectMicros', atMost: 1.5 },
] as const;
const mostHeapKiB = 15;
const mostIdleCpu = 0.005;

/** Measures the cost of a connection for different numbers of connections in one process. */
export async function measureConnections(): Promise<Measurement> {
  await using server = await startRedis();
  const rows: string[][] = [];
  const found: Record<string, Map<number, ConnectionCosts>> = { bare: new Map(), ours: new Map() };
  for (const size of sizes) {
    for (const kind of kinds) {
      const costs = await askChild<ConnectionCosts>(
        'connections-child.js',
        [kind, server.url, String(size)],
        ['--expose-gc'],
      );
      found[kind]?.set(size, costs);
      rows.push([
        `${size.toLocaleString('en')}, ${clientLabels[kind]}`,
        (costs.connectMicros / 1_000).toFixed(2),
        size < 10 ? '-' : (costs.heapBytes / 1_024).toFixed(1),
        `${(costs.idleCpu * 100).toFixed(1)} %`,
        costs.commandMicros.toFixed(2),
      ]);
    }
  }
  const costOf = (kind: ClientKind, size: number): ConnectionCosts =>
    found[kind]?.get(size) as ConnectionCosts;
  const growth = costOf('ours', 1_000).connectMicros / costOf('ours', 100).connectMicros;
  const beside = bounds.map(({ what, size, of, atMost }) => ({
    name: `CPU of ${what}, ${size.toLocaleString('en')} connections`,
    value: costOf('ours', size)[of] / costOf('bare', size)[of],
    atMost,
  }));
  const heapKiB = costOf('ours', 1_000).heapBytes / 1_024;
  const { idleCpu } = costOf('ours', 1_000);
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
    ratios: [
      { name: 'cost of connecting, 1,000 to 100', value: growth, spread: 0.3, better: 'lower' },
      ...beside.map(({ name, value }): Ratio => ({ name, value, spread: 0.1, better: 'lower' })),
    ],
    verdicts: [
      ...beside.map(({ name, value, atMost }): Verdict => ({
        target: `${name}: at most ${atMost} of ioredis: ${value.toFixed(2)}`,
        isMet: value <= atMost,
      })),
      {
        target: `heap of one of 1,000 connections at most ${mostHeapKiB} KiB: ${heapKiB.toFixed(1)}`,
        isMet: heapKiB <= mostHeapKiB,
      },
      {
        target: `idle CPU of 1,000 connections at most ${mostIdleCpu * 100} %: ${(idleCpu * 100).toFixed(1)}`,
        isMet: idleCpu <= mostIdleCpu,
      },
      {
        target: `connecting one of 1,000 costs at most ${mostGrowth} times one of 100: ${growth.toFixed(2)}`,
        isMet: growth <= mostGrowth,
      },
    ],
  };
}
