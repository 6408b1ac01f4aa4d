import { startRedis } from '@redis-resilience/testing';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import { clientLabels, connectClient, type ClientKind, type MeasuredClient } from './client-kinds.js';
import { load, type LoadResult } from './load.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const kinds: readonly ClientKind[] = ['bare', 'auto', 'node-redis', 'glide', 'raw', 'ours'];
const targets = [
  { callers: 1, atLeast: 1, ofRaw: 0 },
  { callers: 50, atLeast: 2, ofRaw: 0.55 },
  { callers: 500, atLeast: 3, ofRaw: 0.45 },
] as const;

/** Compares throughput, latency and CPU time with plain ioredis, at 1, 50 and 500 callers. */
export async function measureCallers({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const clients = new Map<ClientKind, MeasuredClient>();
  for (const kind of kinds) {
    const client = await connectClient(kind, server.url);
    await load(client, 50, 300);
    await load(client, 500, 200);
    clients.set(kind, client);
  }
  const rows: string[][] = [];
  const ratios: Ratio[] = [];
  const verdicts: Verdict[] = [];
  for (const { callers, atLeast, ofRaw } of targets) {
    const results = await alternate(kinds, rounds, (kind) =>
      load(clients.get(kind) as MeasuredClient, callers, roundMs),
    );
    const throughput = (kind: ClientKind): number[] => results[kind].map(({ perSecond }) => perSecond);
    const cpu = (kind: ClientKind): number[] => results[kind].map(({ cpuMicros }) => cpuMicros);
    for (const kind of kinds) rows.push(rowOf(callers, kind, results[kind], results.bare));
    const speed = ratioOf(throughput('ours'), throughput('bare'));
    const cost = ratioOf(cpu('ours'), cpu('bare'));
    const beside = ratioOf(throughput('ours'), throughput('auto'));
    ratios.push(
      { name: `throughput at ${callers}`, ...speed, better: 'higher' },
      { name: `CPU per command at ${callers}`, ...cost, better: 'lower' },
    );
    verdicts.push(
      {
        target: `at ${callers} callers, throughput at least ${atLeast} of ioredis: ${speed.value.toFixed(2)}`,
        isMet: speed.value >= atLeast,
      },
      {
        target: `at ${callers} callers, not below auto-pipelining: ${beside.value.toFixed(2)} of it`,
        isMet: beside.value >= 1,
      },
    );
    if (ofRaw > 0) {
      const share = ratioOf(throughput('ours'), throughput('raw'));
      ratios.push({ name: `share of a raw socket at ${callers}`, ...share, better: 'higher' });
      verdicts.push({
        target: `at ${callers} callers, at least ${ofRaw} of a raw socket: ${share.value.toFixed(2)}`,
        isMet: share.value >= ofRaw,
      });
    }
    if (callers === 50) {
      verdicts.push({
        target: `at 50 callers, CPU per command below ioredis: ${cost.value.toFixed(2)} of it`,
        isMet: cost.value < 1,
      });
    }
  }
  for (const client of clients.values()) await client.close();
  const headings = [
    'callers, client',
    'thousand/s',
    'of ioredis',
    'CPU µs',
    'of ioredis',
    'p50 ms',
    'p99 ms',
  ];
  return { title: 'Callers: half GET, half SET of 64 bytes', headings, rows, ratios, verdicts };
}

function rowOf(
  callers: number,
  kind: ClientKind,
  own: readonly LoadResult[],
  bare: readonly LoadResult[],
): string[] {
  const median = (name: keyof LoadResult): number => medianOf(own.map((result) => result[name]));
  const ratio = (name: keyof LoadResult): string =>
    ratioOf(
      own.map((result) => result[name]),
      bare.map((result) => result[name]),
    ).value.toFixed(2);
  return [
    `${callers}, ${clientLabels[kind]}`,
    (median('perSecond') / 1_000).toFixed(1),
    ratio('perSecond'),
    median('cpuMicros').toFixed(2),
    ratio('cpuMicros'),
    median('p50Ms').toFixed(3),
    median('p99Ms').toFixed(3),
  ];
}
