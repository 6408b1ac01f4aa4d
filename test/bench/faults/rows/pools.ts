import {
  startProxy,
  startRedis,
  startSentinel,
  type ChaosProxy,
  type RedisServer,
} from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage, type Outage } from '../outage.js';
import type { Row } from '../row.js';
import { poolStacks, type PoolStack } from '../stacks/pool-stacks.js';
import { about, type Stage } from '../stage.js';
import { killFor, untilBack } from './setting.js';

const everyMs = 1_000 / 300;

/** Rows of the fault table about a pool of ten connections and 300 leases a second. */
export const pools: readonly Row<PoolStack>[] = [
  single('pool-killed-1s', 'Pool of ten: killed for 1 s', 'kill -9 of the server.', (stage, { server }) =>
    killFor(stage, server, 1_000),
  ),
  {
    ...single(
      'pool-killed-10s',
      'Pool of ten: killed for 10 s',
      'kill -9 of the server.',
      (stage, { server }) => killFor(stage, server, 10_000),
    ),
    isLong: true,
  },
  single(
    'pool-frozen',
    'Pool of ten: frozen for 3 s',
    'SIGSTOP of the server.',
    async (stage, { server }) => {
      const faultAt = performance.now();
      await server.freeze();
      await delay(about(stage, 3_000));
      server.thaw();
      return { faultAt, backAt: await untilBack(server) };
    },
  ),
  single(
    'pool-dropped',
    'Pool of ten: sockets silently dropped',
    'No bytes pass on the existing connections; new ones work.',
    (_stage, { proxy }) => {
      proxy.blackhole({ existing: true });
      const at = performance.now();
      return Promise.resolve({ faultAt: at, backAt: at });
    },
  ),
  {
    name: 'pool-failover',
    title: 'Pool of ten: Sentinel promotes a replica',
    what: 'The primary is killed. 300 leases a second, each with one GET and one SET.',
    weight: 2,
    timeoutMs: 60_000,
    stacks: poolStacks,
    async run(stage) {
      await using group = await startSentinel();
      const stack = stage.connect({ kind: 'sentinel', sentinels: group.sentinelAddresses, name: group.name });
      const loop = await steadyLeases(stage, stack);
      const faultAt = performance.now();
      const { replicas } = group;
      await group.primary.kill();
      const backAt = await firstPromoted(replicas);
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 12_000 }) };
    },
  },
];

interface Place {
  readonly server: RedisServer;
  readonly proxy: ChaosProxy;
}

function single(
  name: string,
  title: string,
  what: string,
  fault: (stage: Stage<PoolStack>, place: Place) => Promise<Outage>,
): Row<PoolStack> {
  return {
    name,
    title,
    what: `${what} 300 leases a second, each with one GET and one SET, and a time limit of one second.`,
    weight: 2,
    timeoutMs: 50_000,
    stacks: poolStacks,
    async run(stage) {
      await using server = await startRedis();
      const proxy = await startProxy({ target: server });
      try {
        const stack = stage.connect({ kind: 'single', host: proxy.host, port: proxy.port });
        const loop = await steadyLeases(stage, stack);
        const outage = await fault(stage, { server, proxy });
        return { figures: await observeOutage(loop, outage, { recoveryMs: 8_000 }) };
      } finally {
        await proxy.close();
      }
    },
  };
}

async function steadyLeases(stage: Stage<PoolStack>, stack: PoolStack): Promise<CallLoop> {
  const loop = new CallLoop(
    () =>
      stack.lease(async (client) => {
        await client.get('greeting');
        await client.set('greeting', 'hello');
      }),
    everyMs,
  );
  await delay(1_000 + stage.random() * 300);
  return loop;
}

async function firstPromoted(replicas: readonly RedisServer[]): Promise<number> {
  for (;;) {
    for (const replica of replicas) {
      const role = await replica.command('ROLE').catch(() => undefined);
      if (Array.isArray(role) && role[0] === 'master') return performance.now();
    }
    await delay(5);
  }
}
