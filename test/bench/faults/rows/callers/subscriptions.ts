import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../row.js';
import { about } from '../../stage.js';
import { untilBack, untilServed } from '../setting.js';

const only = ['ioredis', 'ioredis-guides', 'node-redis', 'node-redis-ping', 'iovalkey', 'ours'];
const patienceMs = 8_000;
const channels = ['kept', 'left'] as const;

/** Rows of the fault table in which channels are subscribed and unsubscribed while Redis is unavailable. */
export const subscriptions: readonly Row[] = [
  {
    name: 'subscribe-away',
    title: 'Subscribed while Redis is down',
    what: 'A client is created and subscribes once, while nothing listens on the port; Redis starts 1.5 s later. A message every 10 ms. Recovered: the first message that arrives.',
    weight: 1,
    timeoutMs: 30_000,
    only,
    async run(stage) {
      await using server = await startRedis();
      await server.kill();
      const peer = stage.connect({ kind: 'single', host: server.host, port: server.port });
      let heardAt: number | undefined;
      peer.subscribe('kept', () => (heardAt ??= performance.now())).catch(ignore);
      await delay(about(stage, 1_500));
      const backAt = await startAgain(server);
      using publisher = publishTo(server);
      await until(() => heardAt !== undefined);
      publisher[Symbol.dispose]();
      return { figures: { recoveredMs: heardAt === undefined ? null : heardAt - backAt } };
    },
  },
  {
    name: 'unsubscribe-away',
    title: 'Unsubscribed while Redis is down',
    what: 'A subscriber of two channels unsubscribes from one of them half a second after kill -9 of the server, which restarts after 1.5 s. A message on each channel every 10 ms, for a second after the first one arrives.',
    weight: 1,
    timeoutMs: 30_000,
    only,
    async run(stage) {
      await using server = await startRedis();
      const peer = stage.connect({ kind: 'single', host: server.host, port: server.port });
      await untilServed(peer);
      const heard: { readonly channel: string; readonly at: number }[] = [];
      for (const channel of channels)
        await peer.subscribe(channel, () => heard.push({ channel, at: performance.now() }));
      using publisher = publishTo(server);
      await until(() => channels.every((channel) => heard.some((each) => each.channel === channel)));
      await server.kill();
      await delay(500);
      peer.unsubscribe?.('left').catch(ignore);
      await delay(about(stage, 1_000));
      const backAt = await startAgain(server);
      const since = (): typeof heard => heard.filter(({ at }) => at > backAt);
      await until(() => since().some(({ channel }) => channel === 'kept'));
      await delay(1_000);
      publisher[Symbol.dispose]();
      const first = since().find(({ channel }) => channel === 'kept');
      return {
        figures: {
          recoveredMs: first === undefined ? null : first.at - backAt,
          unwanted: since().filter(({ channel }) => channel === 'left').length,
        },
      };
    },
  },
];

async function startAgain(server: RedisServer): Promise<number> {
  const started = server.start();
  const backAt = await untilBack(server);
  await started;
  return backAt;
}

function publishTo(server: RedisServer): Disposable {
  const timer = setInterval(() => {
    if (!server.running) return;
    for (const channel of channels) server.command('PUBLISH', channel, 'something').catch(ignore);
  }, 10);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function until(isSo: () => boolean): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (!isSo() && performance.now() < endsAt) await delay(2);
}

function ignore(): void {
  // The messages tell.
}
