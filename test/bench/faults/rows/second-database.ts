import { startProxy, startRedis, type ChaosProxy, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop, durationOf, type Call } from '../call-loop.js';
import { percentileOf } from '../../report/statistics.js';
import type { Figures } from '../figure.js';
import type { Row } from '../row.js';
import { databaseStacks, type DatabasePair } from '../stacks/database-stacks.js';
import { about, type Stage } from '../stage.js';
import { untilBack } from './setting.js';

const calls =
  '200 calls a second in turn: GET, SET, and INCR on a key of its own. "Recovered" is the first call issued after the fault that was answered.';

/** The first of two databases is away, or is not. */
export const secondDatabase: readonly Row<DatabasePair>[] = [
  row(
    'second-database-killed',
    'Two databases: the first one killed',
    `kill -9 of the first server. ${calls}`,
    async ({ first }) => {
      await first.kill();
      await delay(2_500);
    },
  ),
  row(
    'second-database-frozen',
    'Two databases: the first one frozen for 3 s',
    `SIGSTOP of the first server for 3 s. ${calls}`,
    async ({ first, stage }) => {
      await first.freeze();
      await delay(about(stage, 3_000));
      first.thaw();
      await delay(500);
    },
  ),
  row(
    'second-database-dropped',
    'Two databases: only the socket dropped',
    `Nothing passes on the connection to the first server any more; new ones work. ${calls}`,
    async ({ proxy }) => {
      proxy.blackhole();
      await delay(2_500);
    },
  ),
  row(
    'second-database-loop',
    'Two databases: event loop blocked for 1 s',
    `This process computes for 1 s. ${calls}`,
    async () => {
      const until = performance.now() + 1_000;
      while (performance.now() < until);
      await delay(1_500);
    },
  ),
  {
    ...row(
      'second-database-process',
      'Two databases: the process frozen for 5 s',
      `SIGSTOP of the client's process for 5 s. ${calls}`,
      async ({ stage }) => {
        await stage.freezeProcess(5_000);
        await delay(1_500);
      },
    ),
    isLong: true,
  },
  row(
    'second-database-back',
    'Two databases: killed for 2 s, and back',
    `kill -9 of the first server, which starts again 2 s later; 4 s more. ${calls}`,
    async ({ first, stage }) => {
      await first.kill();
      await delay(about(stage, 2_000));
      await first.start();
      await untilBack(first);
      await delay(4_000);
    },
  ),
  {
    ...row(
      'second-database-flapping',
      'Two databases: the first one up and down every 2 s',
      `kill -9 of the first server and a start, 2 s each, for 60 s (with --quick for 12 s). ${calls}`,
      async ({ first, stage }) => {
        for (let turn = 0; turn < (stage.isQuick ? 3 : 15); turn++) {
          await first.kill();
          await delay(2_000);
          await first.start();
          await delay(2_000);
        }
      },
      80_000,
    ),
    isLong: true,
    maxRepetitions: 2,
  },
  row(
    'second-database-both',
    'Two databases: both away, then the second one back',
    `kill -9 of both; the second one starts again 1 s later. ${calls}`,
    async ({ first, second, stage }) => {
      await Promise.all([first.kill(), second.kill()]);
      await delay(about(stage, 1_000));
      const started = second.start();
      const backAt = await untilBack(second);
      await started;
      await delay(2_500);
      return backAt;
    },
  ),
  row(
    'second-database-standby',
    'Two databases: the unused one dies 20 times',
    `The second server is killed and started 20 times while the first one is used. ${calls}`,
    async ({ second }) => {
      for (let death = 0; death < 20; death++) {
        await second.kill();
        await delay(50);
        await second.start();
        await delay(50);
      }
    },
  ),
];

interface Setting {
  readonly stage: Stage<DatabasePair>;
  readonly first: RedisServer;
  readonly second: RedisServer;
  /** In front of the first one. */
  readonly proxy: ChaosProxy;
}

function row(
  name: string,
  title: string,
  what: string,
  fault: (setting: Setting) => Promise<number | void>,
  timeoutMs = 40_000,
): Row<DatabasePair> {
  return {
    name,
    title,
    what,
    weight: 1,
    timeoutMs,
    stacks: databaseStacks,
    async run(stage) {
      const [first, second] = await Promise.all([startRedis(), startRedis()]);
      const proxy = await startProxy({ target: first });
      const pair = stage.connect({
        kind: 'single',
        host: proxy.host,
        port: proxy.port,
        second: { host: second.host, port: second.port },
      });
      while (!pair.isPrepared) await delay(10);
      const loop = new CallLoop((index) => callOf(pair, index));
      await delay(1_000 + stage.random() * 300);
      const faultAt = performance.now();
      const backAt = (await fault({ stage, first, second, proxy })) ?? faultAt;
      const made = await loop.finish(3_000);
      const { changes } = pair;
      if (!(await first.isAnswering())) await first.start();
      const counts = await Promise.all([first, second].map((server) => countsOn(server, made.length)));
      await proxy.close();
      await Promise.all([first.stop(), second.stop()]);
      return { figures: { ...figuresOf(made, faultAt, backAt), ...fatesOf(made, counts), changes } };
    },
  };
}

function callOf(pair: DatabasePair, index: number): Promise<unknown> {
  if (index % 3 === 0) return pair.get('greeting');
  return index % 3 === 1 ? pair.set('greeting', 'hello') : pair.incr(`visits:${index}`);
}

function isIncrement(index: number): boolean {
  return index % 3 === 2;
}

function figuresOf(made: readonly Call[], faultAt: number, backAt: number): Figures {
  const now = performance.now();
  const since = made.flatMap((call, index) => (call.issuedAt >= faultAt - 5 ? [{ call, index }] : []));
  const durations = since.map(({ call }) => durationOf(call, now));
  const answered = since.filter(
    ({ call }) => call.issuedAt >= faultAt && call.error === undefined && (call.settledAt ?? 0) >= backAt,
  );
  const recoveredAt = Math.min(...answered.map(({ call }) => call.settledAt ?? Infinity));
  const failed = since.filter(({ call }) => call.error !== undefined);
  return {
    recoveredMs: recoveredAt === Infinity ? null : Math.max(0, recoveredAt - backAt),
    awayP99Ms: percentileOf(durations, 0.99),
    awayMaxMs: Math.max(...durations),
    failed: failed.filter(({ index }) => !isIncrement(index)).length,
    incrementsFailed: failed.filter(({ index }) => isIncrement(index)).length,
    unsettled: made.filter(({ settledAt }) => settledAt === undefined).length,
  };
}

/** What the servers say of the INCRs, beside what callers were told. */
function fatesOf(made: readonly Call[], [onFirst = [], onSecond = []]: readonly number[][]): Figures {
  let [duplicates, ghostsDenied] = [0, 0];
  for (const [index, { error, settledAt }] of made.entries()) {
    if (!isIncrement(index)) continue;
    const applied = (onFirst[index] ?? 0) + (onSecond[index] ?? 0);
    if (applied > 1) duplicates++;
    if (settledAt !== undefined && error !== undefined && applied > 0) {
      if ((error as { outcome?: string }).outcome === 'not-applied') ghostsDenied++;
    }
  }
  return { duplicates, ghostsDenied };
}

async function countsOn(server: RedisServer, count: number): Promise<number[]> {
  const keys = Array.from({ length: count }, (_, index) => `visits:${index}`);
  const values = (await server.command('MGET', ...keys)) as (string | null)[];
  return values.map((value) => Number(value ?? 0));
}
