import { startRedis } from '@redis-resilience/testing';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { untilBack, untilServed } from './setting.js';

const size = 50;

/** Rows of the fault table about a process with many clients. */
export const crowds: readonly Row[] = [
  {
    name: 'fifty-clients',
    title: '50 clients in one process, killed for 5 s',
    what: 'Once the server is back, each client repeats a GET until it succeeds.',
    weight: 2,
    timeoutMs: 60_000,
    async run(stage) {
      await using server = await startRedis();
      const { host, port } = server;
      const peers = Array.from({ length: size }, () => stage.connect({ kind: 'single', host, port }));
      await Promise.all(peers.map((peer) => untilServed(peer)));
      await delay(500);
      await server.kill();
      const attempts = countAttempts(port);
      const outageMs = about(stage, 5_000);
      await delay(outageMs);
      const made = attempts.stop();
      const started = server.start();
      const backAt = await untilBack(server);
      const times = await Promise.all(
        peers.map(async (peer) => {
          await answered(() => peer.call('get', 'greeting'), 12_000);
          return performance.now() - backAt;
        }),
      );
      await started;
      const sorted = times.toSorted((left, right) => left - right);
      const first = sorted[0] ?? Number.NaN;
      const last = sorted.at(-1) ?? Number.NaN;
      return {
        figures: {
          recoveredMs: first < 12_000 ? first : null,
          lastRecoveredMs: last < 12_000 ? last : null,
          attemptsPerSecond: (made / outageMs) * 1_000,
        },
      };
    },
  },
];

async function answered(call: () => Promise<unknown>, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const pause = delay(10).then(() => 'no answer yet' as const);
    const answer = call().then(
      () => 'answered' as const,
      () => 'failed' as const,
    );
    if ((await answer.catch(() => 'failed')) === 'answered') return;
    await pause;
  }
}

/** Counts the sockets of this process that connect to a port. */
function countAttempts(port: number): { stop(): number } {
  const original = Socket.prototype.connect;
  let attempts = 0;
  Socket.prototype.connect = function connect(this: Socket, ...args: unknown[]): Socket {
    if (JSON.stringify(args).includes(`"port":${port}`)) attempts++;
    return original.apply(this, args as never);
  };
  return {
    stop() {
      Socket.prototype.connect = original;
      return attempts;
    },
  };
}
