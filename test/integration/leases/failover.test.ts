import { createRedisResilience } from '@redis-resilience/core';
import { startRedis, startSentinel, waitFor } from '@redis-resilience/testing';
import type { Socket } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const channel = 'net.client.socket';

/** The ports to which this process has connected, in order. */
function watchConnections(): readonly (number | undefined)[] {
  const ports: (number | undefined)[] = [];
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.once('connect', () => ports.push(socket.remotePort));
  };
  subscribe(channel, onSocket);
  onTestFinished(() => void unsubscribe(channel, onSocket));
  return ports;
}

it('a planned failover makes a pool of ten dial the new primary once for each connection', async () => {
  await using group = await startSentinel();
  const resilience = createRedisResilience(
    { sentinels: group.sentinelAddresses, name: group.name },
    { logger: false, pool: { min: 10, max: 10 } },
  );
  onTestFinished(() => resilience.close());
  await resilience.lease((client) => client.set('a', '1'));
  await waitFor(() => resilience.detail().pool.idle === 10, { message: 'the pool' });
  const old = await group.currentPrimary();
  const connected = watchConnections();

  await group.failover();
  const primary = await group.currentPrimary();
  const ofPrimary = (): number => connected.filter((port) => port === primary.port).length;
  await waitFor(() => resilience.detail().pool.idle === 10, { message: 'the whole pool' });
  expect(await resilience.lease((client) => client.set('a', '2'))).toBe('OK');

  expect(primary.port).not.toBe(old.port);
  // The shared client may connect to the new primary several times before the promotion is complete; the leased
  // connections wait until then.
  expect(ofPrimary()).toBeGreaterThanOrEqual(11);
  expect(ofPrimary()).toBeLessThanOrEqual(20);
});

it('a pool of ten at a demoted primary looks for the new one as often as a single connection', async () => {
  await using redis = await startProtectedRedis({
    resilience: { logger: false, pool: { min: 10, max: 10 } },
  });
  await using promoted = await startRedis({ replicaOf: redis.server });
  const { resilience, proxy } = redis;
  const write = (): Promise<unknown> => resilience.lease((client) => client.set('a', '1'));
  const writeOnAll = (): Promise<unknown> => Promise.all(Array.from({ length: 10 }, write));
  await waitFor(() => resilience.detail().pool.idle === 10, { message: 'the pool' });
  const accepted = proxy.accepted;
  const demotedAt = performance.now();

  await redis.server.command('REPLICAOF', promoted.host, promoted.port);
  await writeOnAll().catch(() => undefined);
  await pass(1_000);
  proxy.retarget(promoted);
  await promoted.command('REPLICAOF', 'NO', 'ONE');
  await waitFor(
    () =>
      writeOnAll().then(
        () => true,
        () => false,
      ),
    { message: 'writes' },
  );
  const attempts = proxy.accepted - accepted;
  const periods = (performance.now() - demotedAt) / 100;

  expect(attempts).toBeGreaterThanOrEqual(5);
  expect(attempts).toBeLessThanOrEqual(periods + 25);
});
