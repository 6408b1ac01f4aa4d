import { startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage } from '../outage.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { timelineOf } from '../timeline.js';
import { direct, killFor, steadyCalls, untilBack } from './setting.js';

/** Rows of the fault table in which Redis is killed and restarted. */
export const restarts: readonly Row[] = [
  restart('restart-blip', 'Killed, restarted at once (within 200 ms)', 0, 8_000),
  restart('restart-1s', 'Killed for 1 s', 1_000, 8_000),
  { ...restart('restart-10s', 'Killed for 10 s', 10_000, 8_000), isLong: true },
  { ...restart('restart-35s', 'Killed for 35 s', 35_000, 8_000), isLong: true, maxRepetitions: 2 },
  {
    name: 'start-while-down',
    title: 'Started while Redis is down',
    what: 'The client is created while nothing listens on the port; Redis starts 2 s later.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      await using server = await startRedis();
      await server.kill();
      const faultAt = performance.now();
      const peer = stage.connect({ kind: 'single', host: server.host, port: server.port });
      const loop = new CallLoop(() => peer.call('get', 'greeting'));
      await delay(about(stage, 2_000));
      const started = server.start();
      const backAt = await untilBack(server);
      await started;
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 10_000 }) };
    },
  },
];

function restart(name: string, title: string, outageMs: number, recoveryMs: number): Row {
  return {
    name,
    title,
    what: 'kill -9 of the server, which restarts on the same port. GET and SET alternately, one every 5 ms.',
    weight: 1,
    timeoutMs: outageMs + recoveryMs + 25_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const outage = await killFor(stage, server, outageMs);
      const figures = await observeOutage(loop, outage, {
        recoveryMs,
        tailMs: outageMs === 10_000 ? 3_500 : 700,
      });
      return { figures, timeline: timelineOf(loop.calls, outage) };
    },
  };
}
