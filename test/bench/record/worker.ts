// One process of an application: issues calls through one client, and records what it sees. Started by run.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '@redis-resilience/testing';
import { HistoryRecorder, type Task } from '@redis-resilience/testing/history';
import { allPeers } from '../faults/peers/all-peers.js';
import type { Command, Peer } from '../faults/peers/peer.js';
import type { Instruction, Order, Report } from './order.js';
import { randomTask } from './tasks.js';

/** Calls go on being issued whatever becomes of the earlier ones, up to so many that are open. */
const mostOpen = 200;
const callEveryMs = 8;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
let unhandled = 0;
let isStopped = false;
process.on('unhandledRejection', () => unhandled++);
process.on('uncaughtException', () => unhandled++);

const kind = allPeers.find(({ name }) => name === order.client);
if (kind === undefined) throw new Error(`There is no client "${order.client}".`);
const peer = kind.create(order.target);
const recorder = new HistoryRecorder();
process.on('message', (instruction: Instruction) => {
  isStopped = true;
  if (instruction === 'hand-over') handOver();
});
process.once('disconnect', () => process.exit());

await firstAnswer(peer);
say({ kind: 'connected' });
await issueCalls();

async function issueCalls(): Promise<void> {
  const random = createRandom(order.seed);
  let open = 0;
  for (let call = 1; !isStopped; call++) {
    if (open < mostOpen) {
      open++;
      const task = randomTask(`${order.process}-${call}`, random);
      recorder
        .run(order.process, task, () => send(peer, task))
        .catch(() => undefined)
        .finally(() => open--);
    }
    await delay(callEveryMs * 2 * random());
  }
}

function send(client: Peer, task: Task): Promise<unknown> {
  if ('multi' in task) return client.transaction(task.multi.map(textsOf));
  return client.call(...textsOf(task));
}

function textsOf([name, ...args]: readonly [string, ...(string | number)[]]): Command {
  return [name, ...args.map(String)];
}

async function firstAnswer(client: Peer): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answered = await client.call('get', 'nothing').then(
      () => true,
      () => false,
    );
    if (answered) return;
    await delay(50);
  }
}

function handOver(): void {
  const report: Report = { kind: 'history', operations: recorder.operations, unhandled };
  process.send?.(report, () => process.exit(0));
}

function say(report: Report): void {
  process.send?.(report);
}
