import { startRedis } from '@redis-resilience/testing';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../../peers/peer.js';
import type { AnyRow, Row } from '../../row.js';
import { autoPipelining } from '../../stacks/auto-pipelining.js';
import { about, type Stage } from '../../stage.js';
import { untilBack, untilServed } from '../setting.js';

const consumers = 10;
const title = 'An element arrives after 2 s of a blocking call';
const what = `${consumers} clients wait with BLPOP for at most 4 s, {how}; after 2 s, an element is pushed to each queue. Lost: an element that the server returned and no client received.`;
const loops = ['blpop', 'brpop', 'bzpopmin'] as const;

/** Rows of the fault table about calls that depend on another caller, such as BLPOP. */
export const blockingCalls: readonly AnyRow[] = [
  {
    name: 'blocking-pipeline',
    title: `${title} in a pipeline`,
    what: what.replace('{how}', 'each in a pipeline'),
    weight: 1,
    timeoutMs: 25_000,
    run: (stage) => take(stage, (peer, queue) => peer.pipeline([['blpop', queue, '4']])),
  } satisfies Row,
  {
    name: 'blocking-auto-pipelining',
    title: `${title} under enableAutoPipelining`,
    what: what.replace('{how}', 'with a GET in the same turn'),
    weight: 1,
    timeoutMs: 25_000,
    stacks: autoPipelining,
    run: (stage) =>
      take(stage, (peer, queue) => {
        peer.call('get', 'greeting').catch(ignore);
        return peer.call('blpop', queue, '4');
      }),
  } satisfies Row,
  {
    name: 'blocking-loops',
    title: 'Loops around blocking calls: killed for 3 s',
    what: 'Three clients wait with BLPOP, BRPOP and BZPOPMIN, and repeat the call in the next turn of the event loop if it fails; kill -9 of the server. Once the server is back, an element is pushed to each queue.',
    weight: 2,
    timeoutMs: 25_000,
    async run(stage) {
      await using server = await startRedis();
      const { host, port } = server;
      const taken = new Map<string, number>();
      const consume = async (peer: Peer, command: string): Promise<void> => {
        while (!taken.has(command)) {
          const element = await peer.call(command, command, '10').catch(ignore);
          if (element === undefined) await nextTurn();
          else if (element !== null) taken.set(command, performance.now());
        }
      };
      for (const command of loops) {
        const peer = stage.connect({ kind: 'single', host, port });
        await untilServed(peer);
        void consume(peer, command);
      }
      await delay(500 + stage.random() * 300);
      await server.kill();
      const used = process.cpuUsage();
      await delay(3_000);
      const { user, system } = process.cpuUsage(used);
      const started = server.start();
      const backAt = await untilBack(server);
      await started;
      await server.command('RPUSH', 'blpop', 'element');
      await server.command('RPUSH', 'brpop', 'element');
      await server.command('ZADD', 'bzpopmin', 1, 'element');
      const until = performance.now() + 8_000;
      while (taken.size < loops.length && performance.now() < until) await delay(5);
      const last = Math.max(...taken.values());
      return {
        figures: {
          cpuSeconds: (user + system) / 1e6,
          lastRecoveredMs: taken.size < loops.length ? null : last - backAt,
        },
      };
    },
  } satisfies Row,
];

async function take(
  stage: Stage,
  pop: (peer: Peer, queue: string) => Promise<unknown>,
): Promise<{ figures: { answered: number; failed: number; lost: number } }> {
  await using server = await startRedis();
  const { host, port } = server;
  const queues = Array.from({ length: consumers }, (_, index) => `queue:${index}`);
  const received: unknown[] = [];
  let failed = 0;
  for (const queue of queues) {
    const peer = stage.connect({ kind: 'single', host, port });
    await untilServed(peer);
    pop(peer, queue).then(
      (reply) => received.push(reply),
      () => failed++,
    );
  }
  await delay(about(stage, 2_000));
  for (const queue of queues) await server.command('RPUSH', queue, 'element');
  await delay(2_500);
  const has = (queue: string): boolean => received.some((reply) => JSON.stringify(reply).includes(queue));
  let lost = 0;
  for (const queue of queues) if (!has(queue) && Number(await server.command('LLEN', queue)) === 0) lost++;
  return { figures: { answered: queues.filter(has).length, failed, lost } };
}

function ignore(): undefined {
  // What was taken tells.
}
