// A process that issues calls through one client, and reports what happens to them. Started by client-process.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '@redis-resilience/testing';
import { HistoryRecorder, type Task } from '@redis-resilience/testing/history';
import { allPeers } from '../../faults/peers/all-peers.js';
import type { Command, Peer } from '../../faults/peers/peer.js';
import { anyDatabase } from '../check/databases-of.js';
import { machineNow, type Instruction, type Order, type Report, type Seen } from './order.js';
import { randomTask } from './tasks.js';

/**
 * Calls are issued at a constant rate, whether or not earlier ones have settled, as long as no more than this
 * many are pending.
 */
const mostOpen = 200;
const callEveryMs = 25;
const sayEveryMs = 250;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
let unhandled = 0;
let issued = 0;
let isStopped = false;
process.on('unhandledRejection', () => unhandled++);
process.on('uncaughtException', () => unhandled++);
process.once('disconnect', () => process.exit());

const kind = allPeers.find(({ name }) => name === order.client);
if (kind === undefined) throw new Error(`There is no client "${order.client}".`);
const peer = kind.create(order.target);
const recorder = new HistoryRecorder();
/** Operations that began or settled but have not been reported yet. */
const news = new Set<number>();
/** Calls that were in flight during a change of database, and may have reached either one. */
const wentOver = new Set<number>();
let begin: () => void;
const beginning = new Promise<void>((resolve) => (begin = resolve));
process.on('message', (instruction: Instruction) => {
  if (instruction === 'begin') begin();
  else isStopped = true;
  if (instruction === 'end') end();
});

await firstAnswer(peer);
say({ kind: 'connected' });
await beginning;
setInterval(sayNews, sayEveryMs);
await issueCalls();

async function issueCalls(): Promise<void> {
  const random = createRandom(order.seed);
  let open = 0;
  for (let call = 0; !isStopped; call++) {
    if (open < mostOpen) {
      open++;
      const place = { client: order.client, atMs: machineNow() - order.startedAt };
      void issue(randomTask(`${order.process}-${call}`, place, random)).finally(() => open--);
    }
    await delay(callEveryMs * 2 * random());
  }
}

async function issue(task: Task): Promise<void> {
  const index = issued++;
  const before = peer.database?.();
  const running = recorder.run(order.process, task, () => send(peer, task), before?.name);
  news.add(index);
  await running.catch(ignore);
  if (peer.database?.()?.changes !== before?.changes) wentOver.add(index);
  news.add(index);
}

function send(client: Peer, task: Task): Promise<unknown> {
  if ('multi' in task) return client.transaction(task.multi.map(textsOf));
  return client.call(...textsOf(task));
}

function textsOf([name, ...args]: readonly [string, ...(string | number)[]]): Command {
  return [name, ...args.map(String)];
}

async function firstAnswer(client: Peer): Promise<void> {
  for (;;) {
    const answered = await client.call('get', 'nothing').then(
      () => true,
      () => false,
    );
    if (answered) return;
    await delay(50);
  }
}

function sayNews(): void {
  const { operations } = recorder;
  const seen = [...news].flatMap((index): Seen[] => {
    const operation = operations[index];
    if (operation === undefined) return [];
    return [[index, wentOver.has(index) ? { ...operation, database: anyDatabase } : operation]];
  });
  news.clear();
  if (seen.length > 0) say({ kind: 'seen', operations: seen });
}

function end(): void {
  sayNews();
  process.send?.({ kind: 'ended', unhandled } satisfies Report, () => process.exit(0));
}

function say(report: Report): void {
  process.send?.(report);
}

function ignore(): void {
  // The recorder wrote it down.
}
