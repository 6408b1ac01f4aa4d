import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { CallBook } from './call-book.js';
import { crowdRows, subjectOf } from './catalogue.js';
import type { Figures, Order, Report, Signal } from './messages.js';
import type { Running, Stage } from './subject.js';

const steadyCalls = 10;
/** Lets V8 compile the hot code before the measurement under the load of many users. */
const crowdWarmUpMs = 2000;
const resumeWithinMs = 12_000;
const settleMs = 2000;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const book = new CallBook();
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
process.on('uncaughtException', (error) => unhandled.push(error));

const at: Partial<Record<Signal['kind'], number>> = {};
process.on('message', (signal: Signal) => (at[signal.kind] = signal.at));

const { stage, closeOwn } = setStage();
const subject = await subjectOf(order.row);
let startMs: number | undefined;
const startedAt = Date.now();
const running = Promise.resolve(subject(stage)).finally(() => (startMs = Date.now() - startedAt));
let isOver = false;
const calling = running.then((it) => book.callUntil(() => isOver, it));
calling.catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

if (order.fault !== 'booted') {
  await until(() => book.doneCalls >= steadyCalls, 20_000);
  if (book.doneCalls < steadyCalls) throw new Error(`Error: ${order.row} (${order.way}) never got to work`);
  if (crowdRows.some(({ name }) => name === order.row)) await delay(crowdWarmUpMs);
}
report({ kind: 'steady' });
await until(() => at.away !== undefined);
const cpu = process.cpuUsage();
const measuredFrom = Date.now();

if (order.fault === 'closed') {
  await until(() => at.close !== undefined);
  isOver = true;
  // Work that was accepted shortly before the end may still be done, so it does not count as lost.
  report({ kind: 'figures', figures: { ...figures(cpuShareSince()), lost: 0 } });
} else {
  await until(() => at.back !== undefined);
  const cpuShare = cpuShareSince();
  const back = at.back ?? 0;
  const parts = book.partsBefore(at.away ?? 0);
  await until(() => book.resumedAt(back, parts) !== undefined, resumeWithinMs);
  await delay(settleMs);
  isOver = true;
  await until(() => book.lost === 0 && book.calls > 0, 8000);
  const resumedAt = book.resumedAt(back, parts);
  const failedAt = book.failedAfter(back);
  report({
    kind: 'figures',
    figures: {
      ...figures(cpuShare),
      resumedMs: resumedAt === undefined ? null : resumedAt - back,
      failedUntilMs: failedAt === undefined ? null : failedAt - back,
    },
  });
}
await close();

function setStage() {
  const plain: Redis[] = [];
  const plainClient = (options: object = {}): Redis => {
    const client = new Redis({ host: order.host, port: order.port, ...options });
    client.on('error', () => undefined);
    plain.push(client);
    return client;
  };
  const producer = plainClient({
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
    commandTimeout: 500,
    enableOfflineQueue: false,
  });
  const resilience = order.way === 'plain' ? undefined : createRedisResilience(order.url, { logger: false });
  const made: Stage = {
    ...order,
    producer,
    plainClient,
    resilience: resilience as RedisResilience,
    client: resilience === undefined ? plainClient() : resilience.client,
    done: (call, part) => book.done(call, part),
  };
  return {
    stage: made,
    closeOwn: async () => {
      await resilience?.close({ drainMs: 0 });
      for (const client of plain) client.disconnect();
    },
  };
}

function figures(cpuShare: number): Figures {
  const [first] = unhandled;
  return {
    slowCalls: book.slowCalls + ((startMs ?? Infinity) > 2000 ? 1 : 0),
    slowestMs: book.slowestMs,
    failedUntilMs: null,
    calls: book.calls,
    failedCalls: book.failedCalls,
    unhandled: unhandled.length,
    unhandledMessage:
      first === undefined
        ? undefined
        : (first instanceof Error ? first.message : JSON.stringify(first)).slice(0, 200),
    lost: book.lost,
    doubled: book.doubled,
    cpuShare,
    resumedMs: null,
  };
}

function cpuShareSince(): number {
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1000 / Math.max(1, Date.now() - measuredFrom);
}

async function close(): Promise<void> {
  const before = unhandled.length;
  const closingAt = Date.now();
  let error: string | undefined;
  await Promise.race([
    running.then((it: Running) => it.close()),
    delay(10_000, undefined, { ref: false }),
  ]).catch((reason: unknown) => (error = String(reason)));
  const ms = Date.now() - closingAt;
  await closeOwn();
  await delay(50);
  if (unhandled.length > before) error ??= `unhandled: ${String(unhandled.at(-1))}`;
  report({ kind: 'closed', ms, error });
  process.removeAllListeners('message');
  process.disconnect?.();
}

function report(message: Report): void {
  process.send?.(message);
}

async function until(holds: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds() && Date.now() < deadline) await delay(5);
}
