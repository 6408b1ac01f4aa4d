import { startProxy, startRedis, type ChaosProxy, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from '../../../report/statistics.js';
import { CallLoop, durationOf, type Call } from '../../call-loop.js';
import type { Figures } from '../../figure.js';
import type { Row } from '../../row.js';
import { databaseStacks, type DatabasePair } from '../../stacks/database-stacks.js';
import type { Stage } from '../../stage.js';

/** Two servers; the client uses the first one at the start. */
export interface DatabaseSetting {
  readonly stage: Stage<DatabasePair>;
  readonly first: RedisServer;
  readonly second: RedisServer;
  /** The proxy in front of the first server. */
  readonly proxy: ChaosProxy;
}

/** The part of a row during which calls are measured, if that does not begin with the fault. */
export interface DatabaseSpan {
  /** The start of the measurement: calls that were issued earlier do not count. */
  readonly from?: number;
  /** When a database became available again. @default `from` */
  readonly backAt?: number;
}

/** What happens in a row about two databases. */
export interface DatabaseFault extends Pick<Row, 'name' | 'title' | 'what' | 'isLong'> {
  /** The share of the machine's CPU time that a run takes: see `Row.weight`. @default 2 */
  readonly weight?: 1 | 2;
  /** @default 40,000 */
  readonly timeoutMs?: number;
  /** Whether the client reaches the first server through the proxy, which runs in the process of the client. */
  readonly isProxied?: boolean;
  /** Whether the run counts the sockets of this process, so that the servers and the proxy must not open any. */
  readonly countsSockets?: boolean;
  happen(setting: DatabaseSetting): Promise<DatabaseSpan | void>;
}

const rhythm =
  '200 calls a second: GET, SET and INCR in turn, each INCR on its own key. "Recovered" is the first call that was issued after the fault and answered.';

/** Creates a row in which a fault happens to one of two databases while calls are issued at a constant rate. */
export function databaseRow({
  weight = 2,
  timeoutMs = 40_000,
  isProxied = false,
  countsSockets = false,
  happen,
  ...fault
}: DatabaseFault): Row<DatabasePair> {
  return {
    ...fault,
    what: `${fault.what} ${rhythm}`,
    weight,
    timeoutMs,
    stacks: databaseStacks,
    async run(stage) {
      const [first, second] = await Promise.all([startRedis(), startRedis()]);
      const proxy = await startProxy({ target: first });
      const { host, port } = isProxied ? proxy : first;
      const pair = stage.connect({ kind: 'single', host, port, second: addressOf(second) });
      await pair.subscribe('news');
      while (!pair.isPrepared) await delay(10);
      const loop = new CallLoop((index) => callOf(pair, index));
      await delay(1_000 + stage.random() * 300);
      const socketsBefore = openSockets();
      const faultAt = performance.now();
      const { from = faultAt, backAt = from } = (await happen({ stage, first, second, proxy })) ?? {};
      const made = await loop.finish(3_000);
      const { changesAt, gaps } = pair;
      const overAt = changesAt.find((at) => at >= from);
      const sockets = openSockets();
      for (const server of [first, second]) if (!(await server.isAnswering())) await server.start();
      const counts = await Promise.all([first, second].map((server) => countsOn(server, made.length)));
      await proxy.close();
      await Promise.all([first.stop(), second.stop()]);
      return {
        figures: {
          ...figuresOf(made, from, backAt),
          ...fatesOf(made, counts),
          ...(overAt === undefined ? {} : { overMs: overAt - from }),
          changes: changesAt.length,
          gaps,
          ...(countsSockets ? { leaked: Math.max(0, sockets - socketsBefore) } : {}),
        },
      };
    },
  };
}

function addressOf({ host, port }: RedisServer): { readonly host: string; readonly port: number } {
  return { host, port };
}

function callOf(pair: DatabasePair, index: number): Promise<unknown> {
  if (index % 3 === 0) return pair.get('greeting');
  return index % 3 === 1 ? pair.set('greeting', 'hello') : pair.incr(`visits:${index}`);
}

function isIncrement(index: number): boolean {
  return index % 3 === 2;
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

function figuresOf(made: readonly Call[], from: number, backAt: number): Figures {
  const now = performance.now();
  const since = made.flatMap((call, index) => (call.issuedAt >= from - 5 ? [{ call, index }] : []));
  const durations = since.map(({ call }) => durationOf(call, now));
  const answered = since.filter(
    ({ call }) => call.issuedAt >= from && call.error === undefined && (call.settledAt ?? 0) >= backAt,
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

/** Compares what callers were told about each INCR with the data on both servers. */
function fatesOf(made: readonly Call[], [onFirst = [], onSecond = []]: readonly number[][]): Figures {
  let [duplicates, ghosts, ghostsDenied] = [0, 0, 0];
  for (const [index, { error, settledAt }] of made.entries()) {
    if (!isIncrement(index)) continue;
    const applied = (onFirst[index] ?? 0) + (onSecond[index] ?? 0);
    if (applied > 1) duplicates++;
    if (settledAt === undefined || error === undefined || applied === 0) continue;
    ghosts++;
    if ((error as { outcome?: string }).outcome === 'not-applied') ghostsDenied++;
  }
  return { duplicates, ghosts, ghostsDenied };
}

async function countsOn(server: RedisServer, count: number): Promise<number[]> {
  const keys = Array.from({ length: count }, (_, index) => `visits:${index}`);
  const values = (await server.command('MGET', ...keys)) as (string | null)[];
  return values.map((value) => Number(value ?? 0));
}
