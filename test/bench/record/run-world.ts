import { setTimeout as delay } from 'node:timers/promises';
import { HistoryRecorder, type Operation } from '@redis-resilience/testing/history';
import type { PeerKind } from '../faults/peers/peer.js';
import { anomaliesIn } from './check/anomalies.js';
import { breakWorld, type PastFault } from './break-world.js';
import { ClientProcess } from './client/client-process.js';
import { recoveryMs, type Figures, type Outcome } from './check/figures.js';
import { machineNow } from './client/order.js';
import { keyInUse, lastLookAt } from './client/tasks.js';
import { timetableFor } from './timetable.js';
import type { World, WorldKind } from './worlds/world.js';

/** The result of one client with one kind of servers and faults (a world). */
export interface Run {
  readonly world: WorldKind;
  readonly client: PeerKind;
  readonly seed: number;
  readonly outcome: Outcome;
  /** A drawing of the first violation. */
  readonly picture?: string | undefined;
}

export interface RunOptions {
  readonly seed: number;
  /** Time for the whole run in seconds, from the start of the servers to the check. */
  readonly seconds: number;
  /** Names of the faults to inject. @default all faults that the servers support */
  readonly faults?: readonly string[] | undefined;
}

const processesEach = 2;

/**
 * Runs the processes of all clients through the same random faults, and checks what the processes saw. Leaves
 * nothing running.
 */
export async function runWorld(
  kind: WorldKind,
  clients: readonly PeerKind[],
  options: RunOptions,
): Promise<readonly Run[]> {
  const { seed } = options;
  const living = clients.filter(({ name }) => kind.refusalOf?.(name) === undefined);
  const outcomes = new Map<string, Outcome & { readonly picture?: string | undefined }>();
  for (const { name } of clients) {
    const reason = kind.refusalOf?.(name);
    if (reason !== undefined) outcomes.set(name, { kind: 'refused', reason });
  }
  const names = living.map(({ name }) => name);
  for (const [name, outcome] of await liveIn(kind, names, options)) outcomes.set(name, outcome);
  return clients.map((client) => {
    const { picture, ...outcome } = outcomes.get(client.name) ?? { kind: 'broken', reason: 'it was not run' };
    return { world: kind, client, seed, outcome, picture };
  });
}

type Outcomes = ReadonlyMap<string, Outcome & { readonly picture?: string | undefined }>;

async function liveIn(kind: WorldKind, names: readonly string[], options: RunOptions): Promise<Outcomes> {
  if (names.length === 0) return new Map();
  const time = timetableFor(options.seconds);
  const startedAt = machineNow();
  const world = await withinMs(kind.start(names), time.startMs);
  if (world === undefined)
    return new Map(names.map((name) => [name, { kind: 'broken', reason: 'the servers did not start' }]));
  const processes = names.flatMap((client, number) =>
    Array.from({ length: processesEach }, (_, index) => {
      const process = `${client}-${index + 1}`;
      const seed = options.seed * 1_000 + number * 10 + index;
      return new ClientProcess({ client, target: world.targetOf(client), seed, process, startedAt });
    }),
  );
  try {
    const startMs = startedAt + time.startMs - machineNow();
    const isThere = await Promise.all(processes.map((process) => process.isConnected(startMs)));
    const absent = new Set(
      processes.flatMap(({ client }, index) => (isThere[index] === true ? [] : [client])),
    );
    for (const process of processes) process.tell('begin');
    const past = await breakWorld(world, {
      seed: options.seed,
      faults: options.faults ?? kind.faultNames,
      untilMs: startedAt + time.untilCalmMs,
      keyInUse: (amount) => keyInUse('count', keyPlace(names, amount, startedAt), amount),
    });
    await delay(startedAt + time.untilCalmMs - machineNow());
    for (const process of processes) process.tell('stop');
    await delay(time.calmMs);
    await Promise.all(processes.map((process) => process.end(time.endMs)));
    const present = names.filter((name) => !absent.has(name));
    const checkMs = time.checkMs / Math.max(1, present.length);
    const outcomes = new Map<string, Outcome & { readonly picture?: string | undefined }>();
    for (const client of absent) outcomes.set(client, { kind: 'broken', reason: 'it never had an answer' });
    for (const client of present) {
      const own = processes.filter((process) => process.client === client);
      const seen = await lastLook(world, client);
      outcomes.set(client, outcomeOf(own, seen, past, world, checkMs));
    }
    return outcomes;
  } finally {
    await Promise.all(processes.map((process) => process.end(0)));
    await withinMs(world.stop(), 5_000);
  }
}

function outcomeOf(
  processes: readonly ClientProcess[],
  lastSeen: readonly Operation[],
  past: readonly PastFault[],
  { databases }: World,
  checkMs: number,
): Outcome & { readonly picture?: string | undefined } {
  const histories = processes.map(({ operations }) => operations);
  const all = histories.flat();
  const windows = past.flatMap(({ window }) => window ?? []);
  const { picture, ...anomalies } = anomaliesIn([...all, ...lastSeen], { windows, databases, checkMs });
  const figures: Figures = {
    ...anomalies,
    operations: all.length,
    answered: all.filter(({ result }) => result.kind === 'answered').length,
    faults: past.map(({ name }) => name),
    longestMs: Math.round(
      all.reduce((most, { invokedAt, returnedAt = invokedAt }) => Math.max(most, returnedAt - invokedAt), 0),
    ),
    recoveriesMs: past.flatMap(({ backAt }) => (backAt === undefined ? [] : recoveryMs(histories, backAt))),
    unhandled: processes.reduce((sum, { unhandled }) => sum + unhandled, 0),
    hung: processes.filter(({ hasEnded }) => !hasEnded).length,
  };
  return { kind: 'recorded', figures, picture };
}

async function lastLook(world: World, client: string): Promise<readonly Operation[]> {
  const observer = new HistoryRecorder();
  for (const database of world.databases) {
    for (const command of lastLookAt(client)) {
      const look = observer.run('observer', command, () => world.ask(command, database), database);
      await withinMs(
        look.catch(() => undefined),
        2_000,
      );
    }
  }
  return observer.operations;
}

function keyPlace(
  names: readonly string[],
  amount: number,
  startedAt: number,
): { readonly client: string; readonly atMs: number } {
  return { client: names[Math.floor(amount * names.length)] ?? '', atMs: machineNow() - startedAt };
}

function withinMs<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  return Promise.race([work, delay(Math.max(0, ms), undefined, { ref: false })]);
}
