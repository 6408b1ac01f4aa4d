import { protect } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { Redis, type RedisOptions } from 'ioredis';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import type { Depth, Measurement, Ratio } from './measurement.js';

const kinds = ['bare', 'ours'] as const;
const callers = 50;

interface Case {
  readonly title: string;
  readonly options: RedisOptions & { replyMapping?: 'legacy' };
  readonly bytes: number;
  /** Number of callers with one command in flight each. */
  readonly callers: number;
}

/**
 * Compares TCP, TLS and a Unix socket with small values, and TCP with large ones: the CPU time per command, relative to
 * plain ioredis.
 */
export async function measureTransports({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis({ unixSocket: true });
  await using secure = await startRedis({ tls: true });
  const tcp = { host: server.host, port: server.port };
  const tls = { ca: secure.tls?.ca as string };
  const cases: readonly Case[] = [
    { title: 'Unix socket, 64 bytes', options: { path: server.socketPath as string }, bytes: 64, callers },
    {
      title: 'TLS, 64 bytes',
      options: { host: secure.host, port: secure.port, tls },
      bytes: 64,
      callers,
    },
    { title: 'TCP, 10 KiB', options: tcp, bytes: 10 * 1_024, callers: 10 },
    { title: 'TCP, 1 MiB', options: tcp, bytes: 1_024 * 1_024, callers: 2 },
  ];
  const rows: string[][] = [];
  const ratios: Ratio[] = [];
  for (const each of cases) {
    const bare = new Redis(each.options);
    const resilience = protect(new Redis(each.options));
    const clients = { bare, ours: resilience.client };
    for (const kind of kinds) {
      clients[kind].on('error', () => undefined);
      await micros(clients[kind], each, 200);
    }
    const costs = await alternate(kinds, rounds, (kind) => micros(clients[kind], each, roundMs / 2));
    const cost = ratioOf(costs.ours, costs.bare);
    rows.push([
      each.title,
      medianOf(costs.bare).toFixed(1),
      medianOf(costs.ours).toFixed(1),
      cost.value.toFixed(2),
    ]);
    ratios.push({ name: `CPU per command, ${each.title}`, ...cost, better: 'lower' });
    bare.disconnect();
    await resilience.close({ drainMs: 0 });
  }
  return {
    title: 'Transports and large values: half GET, half SET',
    headings: ['transport, value', 'ioredis, CPU µs', 'Redis Resilience', 'ratio'],
    rows,
    ratios,
    verdicts: [],
  };
}

async function micros(client: Redis, { bytes, callers: size }: Case, ms: number): Promise<number> {
  const value = 'x'.repeat(bytes);
  const endsAt = performance.now() + ms;
  const before = process.cpuUsage();
  let commands = 0;
  const call = async (): Promise<void> => {
    while (performance.now() < endsAt) await (commands++ & 1 ? client.get('k') : client.set('k', value));
  };
  await Promise.all(Array.from({ length: size }, call));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / commands;
}
