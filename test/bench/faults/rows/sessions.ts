import type { RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Findings, Row } from '../row.js';
import { about, type Stage } from '../stage.js';
import { proxied, untilBack, untilServed, type ProxiedSetting } from './setting.js';

const dataPeers = ['ioredis', 'ioredis-guides', 'node-redis', 'node-redis-ping', 'ours'] as const;

/** Rows of the fault table about the state of a connection: subscriptions and watched keys. */
export const sessions: readonly Row[] = [
  {
    name: 'subscriber-restart',
    title: 'Subscriber: killed for 1 s',
    what: 'A message every 10 ms. Recovered: the first message that arrives after the server is back.',
    weight: 1,
    timeoutMs: 35_000,
    only: dataPeers,
    run: (stage) =>
      listen(stage, async ({ server }) => {
        await server.kill();
        await delay(about(stage, 1_000));
        const started = server.start();
        const backAt = await untilBack(server);
        await started;
        return backAt;
      }),
  },
  {
    name: 'subscriber-drop',
    title: 'Subscriber: socket silently dropped',
    what: 'A message every 10 ms to a subscriber. No bytes pass on its old connection; new connections work.',
    weight: 1,
    timeoutMs: 35_000,
    only: dataPeers,
    run: (stage) =>
      listen(stage, async ({ proxy }) => {
        await delay(about(stage, 500));
        proxy.blackhole();
        return performance.now();
      }),
  },
  {
    name: 'watch',
    title: 'WATCH, reconnection, EXEC',
    what: 'Ten times: a key is watched, another client changes it, the connection is reset, and MULTI SET EXEC follows once the client is connected again.',
    weight: 1,
    timeoutMs: 50_000,
    only: dataPeers,
    async run(stage) {
      await using setting = await proxied(stage);
      const { server, proxy, peer } = setting;
      let missedGuards = 0;
      for (let round = 0; round < 10; round++) {
        await untilServed(peer);
        await peer.watch('balance');
        await server.command('SET', 'balance', 'theirs');
        proxy.reset();
        await delay(10);
        await untilServed(peer);
        const write = await peer.guardedSet('balance', 'ours').catch(() => 'refused' as const);
        if (write === 'applied') missedGuards++;
      }
      return { figures: { missedGuards } };
    },
  },
];

const patienceMs = 8_000;

async function listen(
  stage: Stage,
  breakIt: (setting: ProxiedSetting) => Promise<number>,
): Promise<Findings> {
  await using setting = await proxied(stage);
  const { server, proxy } = setting;
  const subscriber = stage.connect({ kind: 'single', host: proxy.host, port: proxy.port });
  const arrivals: number[] = [];
  await subscribed(() => subscriber.subscribe('news', () => arrivals.push(performance.now())));
  using publisher = publishTo(server);
  await delay(300);
  const backAt = await breakIt(setting);
  // A message that was in flight when Redis came back does not show that the subscriber hears again.
  const from = backAt + 20;
  const until = performance.now() + patienceMs;
  while (performance.now() < until && !arrivals.some((at) => at > from)) await delay(5);
  const first = arrivals.find((at) => at > from);
  publisher[Symbol.dispose]();
  return { figures: { recoveredMs: first === undefined ? null : first - backAt } };
}

async function subscribed(subscribe: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await subscribe();
    } catch (error) {
      // A client without an offline queue rejects commands until it is connected.
      if (tries === 50) throw error;
      await delay(20);
    }
  }
}

function publishTo(server: RedisServer): Disposable {
  const timer = setInterval(() => {
    if (server.running) server.command('PUBLISH', 'news', 'something').catch(() => undefined);
  }, 10);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
