import { startOddPeer, startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../../call-loop.js';
import { observeOutage } from '../../outage.js';
import type { Row } from '../../row.js';
import { about } from '../../stage.js';

const keyCount = 10;

/** Rows of the fault table about a fault that happens while the client connects for the first time. */
export const firstConnections: readonly Row[] = [
  {
    name: 'first-socket-silent',
    title: 'The first connection gets no replies, later ones work',
    what: 'The first connection of a new client is accepted but gets no replies; all later ones work. One GET every 5 ms.',
    weight: 1,
    timeoutMs: 30_000,
    async run(stage) {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: server });
      proxy.blackhole({ existing: false, incoming: true });
      const peer = stage.connect({ kind: 'single', host: proxy.host, port: proxy.port });
      const loop = new CallLoop(() => peer.call('get', 'greeting'));
      await waitFor(() => proxy.accepted > 0);
      await proxy.heal();
      const faultAt = performance.now();
      return { figures: await observeOutage(loop, { faultAt, backAt: faultAt }, { recoveryMs: 8_000 }) };
    },
  },
  {
    name: 'first-socket-unanswered',
    title: 'The SYNs of the first connection are dropped for 3.5 s',
    what: 'A client is created while its SYNs are dropped, as by a firewall; then Redis listens at that address. One GET every 5 ms.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      const unreachable = await startOddPeer('unreachable');
      const { host, port } = unreachable;
      const faultAt = performance.now();
      const peer = stage.connect({ kind: 'single', host, port });
      const loop = new CallLoop(() => peer.call('get', 'greeting'));
      // The kernel retransmits a SYN 1, 3 and 7 s after the first one.
      await delay(about(stage, 3_500));
      await unreachable.close();
      await using server = await startRedis({ port });
      const backAt = performance.now();
      const figures = await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 });
      return { figures: server.running ? figures : {} };
    },
  },
  {
    name: 'quit-early',
    title: 'A script sets ten keys and quits before it is connected',
    what: `A client is created, ${keyCount} SETs are issued, and \`quit()\` is called in one turn; the server is 40 ms away.`,
    weight: 1,
    timeoutMs: 20_000,
    only: ['ioredis', 'ioredis-guides', 'node-redis', 'node-redis-ping', 'iovalkey', 'ours', 'protect'],
    async run(stage) {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: server });
      proxy.latency(20);
      const peer = stage.connect({ kind: 'single', host: proxy.host, port: proxy.port });
      const keys = Array.from({ length: keyCount }, (_, index) => `key:${index}`);
      const outcomes: boolean[] = [];
      for (const key of keys) {
        peer.call('set', key, 'value').then(
          () => outcomes.push(true),
          () => outcomes.push(false),
        );
      }
      await Promise.race([peer.quit?.().catch(() => undefined), delay(3_000)]);
      await delay(500);
      const values = (await server.command('MGET', ...keys)) as (string | null)[];
      return {
        figures: {
          answered: outcomes.filter(Boolean).length,
          failed: outcomes.filter((isAnswered) => !isAnswered).length,
          unsettled: keyCount - outcomes.length,
          missing: values.filter((value) => value === null).length,
        },
      };
    },
  },
];
