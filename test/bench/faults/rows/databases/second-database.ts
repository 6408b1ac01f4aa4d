import { startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { medianOf } from '../../../report/statistics.js';
import type { Row } from '../../row.js';
import { databaseStacks, type DatabasePair } from '../../stacks/database-stacks.js';
import { about } from '../../stage.js';
import { databaseRow } from './database-setting.js';
import { untilBack } from '../setting.js';

/** Rows of the fault table about faults of the first of two databases. */
export const secondDatabase: readonly Row<DatabasePair>[] = [
  databaseRow({
    name: 'second-database-killed',
    title: 'Two databases: the first one killed',
    what: 'kill -9 of the first server.',
    async happen({ first }) {
      await first.kill();
      await delay(2_500);
    },
  }),
  databaseRow({
    name: 'second-database-frozen',
    title: 'Two databases: the first one frozen for 3 s',
    what: 'SIGSTOP of the first server for 3 s.',
    async happen({ first, stage }) {
      await first.freeze();
      await delay(about(stage, 3_000));
      first.thaw();
      await delay(500);
    },
  }),
  databaseRow({
    name: 'second-database-blackholed',
    isProxied: true,
    title: 'Two databases: the path to the first one is a black hole for 3 s',
    what: 'For 3 s, no bytes pass to or from the first server, neither on the existing connection nor on new ones; then all of them arrive late.',
    async happen({ proxy, stage }) {
      proxy.blackhole({ incoming: true });
      await delay(about(stage, 3_000));
      await proxy.heal({ revive: true });
      await delay(500);
    },
  }),
  databaseRow({
    name: 'second-database-trickling',
    isProxied: true,
    title: 'Two databases: the path to the first one slows to a trickle for 3 s',
    what: 'For 3 s, each connection to the first server passes only about 20 bytes a second.',
    async happen({ proxy, stage }) {
      proxy.throttle(about(stage, 20));
      await delay(about(stage, 3_000));
      await proxy.heal();
      await delay(500);
    },
  }),
  databaseRow({
    name: 'second-database-dropped',
    isProxied: true,
    title: 'Two databases: only the socket dropped',
    what: 'No bytes pass on the connection to the first server; new ones work.',
    async happen({ proxy }) {
      proxy.blackhole();
      await delay(2_500);
    },
  }),
  databaseRow({
    name: 'second-database-loop',
    title: 'Two databases: event loop blocked for 1 s',
    what: 'The client process blocks its event loop for 1 s.',
    async happen() {
      const until = performance.now() + 1_000;
      while (performance.now() < until);
      await delay(1_500);
    },
  }),
  databaseRow({
    name: 'second-database-process',
    title: 'Two databases: the process frozen for 5 s',
    what: "SIGSTOP of the client's process for 5 s.",
    isLong: true,
    async happen({ stage }) {
      await stage.freezeProcess(5_000);
      await delay(1_500);
    },
  }),
  databaseRow({
    name: 'second-database-back',
    title: 'Two databases: the first one is back after 2 s',
    what: 'kill -9 of the first server, which restarts 2 s later; measured from then on, for 10 s.',
    async happen({ first, stage }) {
      await first.kill();
      await delay(about(stage, 2_000));
      await first.start();
      const from = await untilBack(first);
      await delay(10_000);
      return { from };
    },
  }),
  databaseRow({
    name: 'second-database-flapping',
    title: 'Two databases: the first one up and down every 2 s',
    what: 'The first server is killed and restarted in turn, every 2 s, for 60 s (12 s with --quick).',
    isLong: true,
    weight: 1,
    timeoutMs: 80_000,
    async happen({ first, stage }) {
      for (let turn = 0; turn < (stage.isQuick ? 3 : 15); turn++) {
        await first.kill();
        await delay(2_000);
        await first.start();
        await delay(2_000);
      }
    },
  }),
  ...(['first', 'second'] as const).map((which) =>
    databaseRow({
      name: `second-database-both-${which}`,
      title: `Two databases: both down, then the ${which} one back`,
      what: `kill -9 of both; the ${which} one restarts 1 s later.`,
      async happen({ stage, ...servers }) {
        await Promise.all([servers.first.kill(), servers.second.kill()]);
        await delay(about(stage, 1_000));
        const started = servers[which].start();
        const backAt = await untilBack(servers[which]);
        await started;
        await delay(2_500);
        return { backAt };
      },
    }),
  ),
  databaseRow({
    name: 'second-database-standby',
    countsSockets: true,
    title: 'Two databases: the unused one dies 20 times',
    what: 'The second server is killed and started 20 times while the first one is used.',
    async happen({ second }) {
      for (let death = 0; death < 20; death++) {
        await second.kill();
        await delay(50);
        await second.start();
        await delay(50);
      }
      await delay(500);
    },
  }),
  {
    name: 'second-database-throughput',
    title: 'Two databases: throughput compared with one',
    what: '50 callers of GET, alternately for 300 ms on a client with two databases and on a client with one, 12 times each.',
    weight: 4,
    timeoutMs: 40_000,
    stacks: databaseStacks.filter(({ name }) => name === 'ours'),
    async run(stage) {
      const [first, second] = await Promise.all([startRedis(), startRedis()]);
      const { host, port } = first;
      const two = { kind: 'single', host, port, second: { host: second.host, port: second.port } } as const;
      const [pair, alone] = [stage.connect(two), stage.connect({ kind: 'single', host, port })];
      while (!pair.isPrepared || !alone.isPrepared) await delay(10);
      for (const each of [pair, alone]) await callsIn(each, 500);
      const ratios: number[] = [];
      for (let round = 0; round < 12; round++) {
        const isPairFirst = round % 2 === 0;
        const former = await callsIn(isPairFirst ? pair : alone, 300);
        const latter = await callsIn(isPairFirst ? alone : pair, 300);
        ratios.push(isPairFirst ? former / latter : latter / former);
      }
      await Promise.all([first.stop(), second.stop()]);
      return { figures: { throughputShare: medianOf(ratios) } };
    },
  },
];

/** Returns how many calls 50 callers complete in this time. */
async function callsIn(pair: DatabasePair, ms: number): Promise<number> {
  const endsAt = performance.now() + ms;
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await pair.get('greeting');
      calls++;
    }
  };
  await Promise.all(Array.from({ length: 50 }, caller));
  return calls;
}
