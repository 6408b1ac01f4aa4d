import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage } from '../outage.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { direct, proxied, steadyCalls } from './setting.js';

/** Rows of the fault table in which the connection stays open, but Redis does not reply. */
export const silences: readonly Row[] = [
  {
    name: 'freeze',
    title: 'Frozen for 5 s',
    what: 'SIGSTOP of the server for 5 s: the kernel still accepts connections, but there are no replies.',
    weight: 1,
    timeoutMs: 35_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      await server.freeze();
      await delay(about(stage, 5_000));
      server.thaw();
      const backAt = performance.now();
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 }) };
    },
  },
  {
    name: 'silent-handshake',
    title: 'Accepts, never answers',
    what: 'The connection is reset. For 5 s, new connections are accepted but get no replies; after that, new ones work.',
    weight: 1,
    timeoutMs: 45_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const { proxy, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      proxy.blackhole({ existing: false, incoming: true });
      proxy.reset();
      await delay(about(stage, 5_000));
      await proxy.heal();
      const backAt = performance.now();
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 12_000 }) };
    },
  },
  {
    name: 'blackhole',
    title: 'Black hole for 10 s',
    what: 'No bytes pass on the old connection, nor on new ones, which are accepted; after 10 s, new ones work, but the old one stays dead.',
    weight: 1,
    timeoutMs: 50_000,
    maxRepetitions: 2,
    isLong: true,
    async run(stage) {
      await using setting = await proxied(stage);
      const { proxy, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      proxy.blackhole({ existing: true, incoming: true });
      await delay(about(stage, 10_000));
      await proxy.heal();
      const backAt = performance.now();
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 }) };
    },
  },
  {
    name: 'drop-busy',
    title: 'Socket silently dropped, busy',
    what: 'No bytes pass on the old connection, and nothing closes it; new connections work.',
    weight: 1,
    timeoutMs: 45_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const loop = await steadyCalls(stage, setting.peer);
      const faultAt = performance.now();
      setting.proxy.blackhole();
      return { figures: await observeOutage(loop, { faultAt, backAt: faultAt }, { recoveryMs: 12_000 }) };
    },
  },
  {
    name: 'drop-idle',
    title: 'Socket silently dropped, idle',
    what: 'No bytes pass on an idle connection, and nothing closes it; new connections work. The first command is issued half a second later.',
    weight: 1,
    timeoutMs: 45_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const { proxy, peer } = setting;
      await delay(300);
      proxy.blackhole();
      await delay(about(stage, 500));
      const faultAt = performance.now();
      const loop = new CallLoop(() => peer.call('get', 'greeting'));
      return { figures: await observeOutage(loop, { faultAt, backAt: faultAt }, { recoveryMs: 12_000 }) };
    },
  },
  {
    name: 'trickle',
    title: 'Socket only trickles',
    what: 'The old connection passes only about 20 bytes a second; new ones work at full speed. A reply that trickles in counts as an answer.',
    weight: 1,
    timeoutMs: 45_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const loop = await steadyCalls(stage, setting.peer);
      const faultAt = performance.now();
      setting.proxy.throttle(about(stage, 20), { incoming: false });
      return { figures: await observeOutage(loop, { faultAt, backAt: faultAt }, { recoveryMs: 12_000 }) };
    },
  },
  {
    name: 'pause-writes',
    title: 'Writes paused for 1 s',
    what: 'CLIENT PAUSE 1000 WRITE, as in an orderly failover: the server makes clients that write wait.',
    weight: 1,
    timeoutMs: 35_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      const pauseMs = Math.round(about(stage, 1_000));
      await server.command('CLIENT', 'PAUSE', pauseMs, 'WRITE');
      await delay(pauseMs);
      const backAt = performance.now();
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 }) };
    },
  },
];
