import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage } from '../outage.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { direct, proxied, steadyCalls, steadyWrites, untilBack } from './setting.js';

/** Rows of the fault table in which Redis replies with errors. */
export const refusals: readonly Row[] = [
  {
    name: 'demoted-primary',
    title: 'Primary demoted, endpoint moved',
    what: 'The endpoint leads to a promoted replica; the old primary, still connected, replies with READONLY. One SET every 5 ms.',
    weight: 1,
    timeoutMs: 45_000,
    async run(stage) {
      await using setting = await proxied(stage);
      const { server, proxy, peer } = setting;
      await using promoted = await startRedis({ replicaOf: server });
      await inSync(promoted);
      const loop = await steadyWrites(stage, peer);
      await promoted.command('REPLICAOF', 'NO', 'ONE');
      proxy.retarget(promoted);
      const faultAt = performance.now();
      await server.command('REPLICAOF', promoted.host, promoted.port);
      return {
        figures: await observeOutage(loop, { faultAt, backAt: performance.now() }, { recoveryMs: 8_000 }),
      };
    },
  },
  {
    name: 'password',
    title: 'Password changed, told 3 s later',
    what: 'The server gets a new password and closes all connections; the application learns the password 3 s later.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      await using setting = await direct(stage, { password: 'before' });
      const { server, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      await server.command('CONFIG', 'SET', 'requirepass', 'after');
      await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await delay(about(stage, 3_000));
      peer.setPassword('after');
      const backAt = performance.now();
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 }) };
    },
  },
  {
    name: 'loading',
    title: 'LOADING for 3 s',
    what: 'The server is killed, and restarts with data that takes 3 s to load.',
    weight: 1,
    timeoutMs: 45_000,
    async run(stage) {
      await using setting = await direct(stage, { keep: true });
      const { server, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      const faultAt = performance.now();
      await server.restart({ loadingMs: about(stage, 3_000), waitUntil: 'listening' });
      const backAt = await untilBack(server);
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 10_000 }) };
    },
  },
  {
    name: 'max-clients',
    title: 'Max clients for 3 s',
    what: 'All connections are closed, and other clients use up `maxclients` for 3 s.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const loop = await steadyCalls(stage, peer);
      await server.command('CONFIG', 'SET', 'maxclients', 1);
      const faultAt = performance.now();
      await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      const hogs = await takeAllPlaces(server);
      await delay(about(stage, 3_000));
      await server.command('CONFIG', 'SET', 'maxclients', 10_000);
      for (const hog of hogs) hog.destroy();
      const backAt = await untilBack(server);
      return { figures: await observeOutage(loop, { faultAt, backAt }, { recoveryMs: 8_000 }) };
    },
  },
  {
    name: 'out-of-memory',
    title: 'Out of memory for 2 s',
    what: 'SET is refused with OOM for 2 s; GET and DEL, which keep working, are called too.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      await using setting = await direct(stage);
      const { server, peer } = setting;
      const reads = new CallLoop((index) =>
        index % 2 === 0 ? peer.call('get', 'greeting') : peer.call('del', 'gone'),
      );
      const writes = await steadyWrites(stage, peer);
      const faultAt = performance.now();
      await server.command('CONFIG', 'SET', 'maxmemory', 1);
      await delay(about(stage, 2_000));
      await server.command('CONFIG', 'SET', 'maxmemory', 0);
      const backAt = performance.now();
      const figures = await observeOutage(writes, { faultAt, backAt }, { recoveryMs: 6_000 });
      const others = await reads.finish();
      return {
        figures: { ...figures, readsFailed: others.filter(({ error }) => error !== undefined).length },
      };
    },
  },
];

async function inSync(replica: RedisServer): Promise<void> {
  await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'up', {
    timeoutMs: 10_000,
    message: 'the replica to be in sync',
  });
}

/**
 * Redis sets `maxclients` to at least what it needs for itself, so this function opens more connections than
 * that.
 */
async function takeAllPlaces({ host, port }: RedisServer): Promise<Socket[]> {
  const hogs = Array.from({ length: 40 }, () => {
    const hog = connect(port, host);
    hog.on('error', () => hog.destroy());
    return hog;
  });
  await delay(5);
  return hogs;
}
