import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { durationOf, type Call } from '../call-loop.js';
import type { Figures } from '../figure.js';
import type { Peer } from '../peers/peer.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { direct, proxied } from './setting.js';

/** Rows of the fault table in which the server is healthy, but the client's process is blocked, frozen or suspended. */
export const processes: readonly Row[] = [
  {
    name: 'blocked-loop',
    title: 'Event loop blocked for 1.2 s',
    what: 'Ten times, ten calls are sent, and the event loop is blocked for longer than their deadlines while the replies are already in the socket.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      await using setting = await direct(stage);
      const calls: Call[] = [];
      for (let round = 0; round < 10; round++) {
        // The pause ensures that no reply arrives before the event loop is blocked.
        await setting.server.command('CLIENT', 'PAUSE', 50, 'ALL');
        for (let index = 0; index < 10; index++) issue(calls, setting.peer);
        // After one more turn of the event loop, the client has written the commands to its socket.
        await nextTurn();
        const until = performance.now() + about(stage, 1_200);
        while (performance.now() < until);
        await settle(calls, 3_000);
      }
      return { figures: figuresOf(calls) };
    },
  },
  {
    name: 'frozen-process',
    title: 'Process stopped for 3 s',
    what: 'SIGSTOP of the client process with 8 calls in flight, to which the healthy server replies in the meantime; after that, one call every 5 ms.',
    weight: 1,
    timeoutMs: 30_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const calls: Call[] = [];
      for (let index = 0; index < 40; index++) {
        issue(calls, peer);
        await delay(5);
      }
      await server.command('CLIENT', 'PAUSE', 500, 'ALL');
      for (let index = 0; index < 8; index++) issue(calls, peer);
      await delay(20);
      await stage.freezeProcess(about(stage, 3_000));
      for (let index = 0; index < 100; index++) {
        issue(calls, peer);
        await delay(5);
      }
      await settle(calls, 3_000);
      return { figures: figuresOf(calls) };
    },
  },
  {
    name: 'frozen-connection',
    title: 'Connection lost while the process is stopped',
    what: 'The only connection dies without a word, as if a load balancer had forgotten it, and the client process is stopped (SIGSTOP) for 3 s; after that, one INCR every 5 ms. New connections work.',
    weight: 1,
    timeoutMs: 30_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const { proxy, peer } = setting;
      await peer.call('set', 'visits', '0');
      proxy.blackhole({ existing: true });
      await stage.freezeProcess(about(stage, 3_000));
      const calls: Call[] = [];
      for (let index = 0; index < 100; index++) {
        issue(calls, peer, 'incr', 'visits');
        await delay(5);
      }
      await settle(calls, 3_000);
      return { figures: figuresOf(calls) };
    },
  },
];

function issue(calls: Call[], peer: Peer, command = 'get', key = 'greeting'): void {
  const call: Call = { issuedAt: performance.now(), settledAt: undefined, error: undefined };
  calls.push(call);
  const settled = (error?: Error): void => {
    call.settledAt = performance.now();
    call.error = error;
  };
  peer.call(command, key).then(() => settled(), settled);
}

async function settle(calls: readonly Call[], graceMs: number): Promise<void> {
  const until = performance.now() + graceMs;
  while (performance.now() < until && calls.some(({ settledAt }) => settledAt === undefined)) await delay(5);
}

function figuresOf(calls: readonly Call[]): Figures {
  const now = performance.now();
  return {
    answered: calls.filter(({ settledAt, error }) => settledAt !== undefined && error === undefined).length,
    failed: calls.filter(({ error }) => error !== undefined).length,
    unsettled: calls.filter(({ settledAt }) => settledAt === undefined).length,
    awayMaxMs: Math.max(...calls.map((call) => durationOf(call, now))),
  };
}
