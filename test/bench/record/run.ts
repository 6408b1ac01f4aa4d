import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@redis-resilience/testing';
import { HistoryRecorder, type Operation } from '@redis-resilience/testing/history';
import type { PeerKind } from '../faults/peers/peer.js';
import { anomaliesIn, type Anomalies, type LossWindow } from './anomalies.js';
import type { Instruction, Order, Report } from './order.js';
import { lastLook } from './tasks.js';
import type { World, WorldFault, WorldKind } from './worlds/world.js';

/** What one client went through in one world. */
export interface Run {
  readonly world: WorldKind;
  readonly client: PeerKind;
  readonly outcome:
    | { readonly kind: 'recorded'; readonly figures: Figures }
    | { readonly kind: 'broken'; readonly reason: string };
}

export interface Figures extends Anomalies {
  readonly operations: number;
  readonly answered: number;
  readonly faults: readonly string[];
  readonly longestMs: number;
  /** From the end of each fault until every process had an answer again. */
  readonly recoveriesMs: readonly number[];
  readonly unhandled: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly faultSeconds: number;
  /** Names of the faults to draw from. @default all of the world */
  readonly faults?: readonly string[] | undefined;
}

const processes = 2;
/** Before what is open counts as never settled. */
const calmMs = 10_000;
/** Replication may lag that much behind before a fault, and clients follow that much later. */
const lagMs = 500;
const followMs = 2_000;
const script = fileURLToPath(new URL('worker.js', import.meta.url));

/** Lets processes of one client live through random faults, and checks what they saw. Leaves nothing running. */
export async function runOne(kind: WorldKind, client: PeerKind, options: RunOptions): Promise<Run> {
  const world = await kind.start();
  const workers = Array.from({ length: processes }, (_, index) =>
    startWorker({
      client: client.name,
      target: world.target,
      seed: options.seed * 31 + index,
      process: `p${index + 1}`,
    }),
  );
  try {
    await Promise.all(workers.map((worker) => report(worker, 'connected', 60_000)));
    return {
      world: kind,
      client,
      outcome: { kind: 'recorded', figures: await record(world, workers, options) },
    };
  } catch (error) {
    return { world: kind, client, outcome: { kind: 'broken', reason: (error as Error).message } };
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await world.stop();
  }
}

async function record(world: World, workers: readonly ChildProcess[], options: RunOptions): Promise<Figures> {
  const broken = await breakWorld(world, options);
  for (const worker of workers) tell(worker, 'stop');
  await delay(calmMs);
  const histories = await Promise.all(
    workers.map((worker) => {
      const answer = report(worker, 'history', 10_000);
      tell(worker, 'hand-over');
      return answer;
    }),
  );
  const observer = new HistoryRecorder();
  for (const command of lastLook) await observer.run('observer', command, () => world.ask(command));
  const operations = histories.flatMap((history) => history.operations);
  const windows = broken.flatMap(({ window }) => window ?? []);
  return {
    ...anomaliesIn([...operations, ...observer.operations], windows),
    operations: operations.length,
    answered: operations.filter(({ result }) => result.kind === 'answered').length,
    faults: broken.map(({ fault }) => fault.name),
    longestMs: Math.max(
      0,
      ...operations.map(({ invokedAt, returnedAt = invokedAt }) => returnedAt - invokedAt),
    ),
    recoveriesMs: broken.map(({ backAt }) =>
      recoveryMs(
        histories.map((history) => history.operations),
        backAt,
      ),
    ),
    unhandled: histories.reduce((sum, history) => sum + history.unhandled, 0),
  };
}

interface Broken {
  readonly fault: WorldFault;
  readonly backAt: number;
  readonly window: LossWindow | undefined;
}

async function breakWorld(
  world: World,
  { seed, faultSeconds, faults }: RunOptions,
): Promise<readonly Broken[]> {
  const random = createRandom(seed);
  const chosen = world.faults.filter(({ name }) => faults?.includes(name) ?? true);
  if (chosen.length === 0) return [];
  const broken: Broken[] = [];
  const endsAt = machineNow() + faultSeconds * 1_000;
  while (machineNow() < endsAt) {
    await delay(300 + random() * 1_500);
    const fault = chosen[Math.floor(random() * chosen.length)] as WorldFault;
    const startedAt = machineNow();
    await fault.run(50 + random() * 1_950, random());
    const backAt = machineNow();
    const window =
      fault.losesData === true ? { fromMs: startedAt - lagMs, toMs: backAt + followMs } : undefined;
    broken.push({ fault, backAt, window });
  }
  // The calls that show when the clients are back from the last fault.
  await delay(followMs);
  return broken;
}

/** Until the slowest of the processes had an answer to a call. */
function recoveryMs(histories: readonly (readonly Operation[])[], backAt: number): number {
  const first = histories.map((operations) =>
    operations.reduce((soonest, { returnedAt, result }) => {
      if (returnedAt === undefined || result.kind !== 'answered' || returnedAt < backAt) return soonest;
      return Math.min(soonest, returnedAt - backAt);
    }, Infinity),
  );
  return Math.max(...first);
}

function startWorker(order: Order): ChildProcess {
  return fork(script, [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
}

type ReportOf<Kind extends Report['kind']> = Extract<Report, { kind: Kind }>;

async function report<Kind extends Report['kind']>(
  worker: ChildProcess,
  kind: Kind,
  timeoutMs: number,
): Promise<ReportOf<Kind>> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (;;) {
    const said = await Promise.race([
      once(worker, 'message', { signal }).then(([message]) => message as Report),
      once(worker, 'exit', { signal }).then(() => undefined),
    ]).catch(() => undefined);
    if (said === undefined)
      throw new Error(`A process of the client ended, or did not say "${kind}" in time.`);
    if (said.kind === kind) return said as ReportOf<Kind>;
  }
}

function tell(worker: ChildProcess, instruction: Instruction): void {
  if (worker.connected) worker.send(instruction);
}

/** The clock of the histories. */
function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
