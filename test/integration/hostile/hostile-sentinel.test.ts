import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { waitUntilStatus } from '../stage/protected-redis.ts';
import { ScriptedSentinel, type Address } from './scripted-sentinel.ts';

describe('one hostile sentinel of three', () => {
  it.concurrent('does not lead a booting client elsewhere, although it is asked first', async () => {
    await using stage = await startStage(([one, two, hostile]) => [hostile, one, two]);
    expect(await stage.resilience.client.set('greeting', 'hello')).toBe('OK');
    expect(stage.visitors()).toBe(0);
  });

  it.concurrent('does not move a live client by its events', async () => {
    await using stage = await startStage();
    const { hostile, honest, elsewhere, server } = stage;
    await waitFor(() => hostile.listeners > 0);
    const asked = (): number => honest.reduce((sum, { questions }) => sum + questions, 0);
    const before = asked();
    const [host, port] = [elsewhere.host, elsewhere.port];
    hostile.publish(
      '+failover-state-send-slaveof-noone',
      `slave ${host}:${port} ${host} ${port} @ shop ${server.host} ${server.port}`,
    );
    hostile.publish('+switch-master', `shop ${server.host} ${server.port} ${host} ${port}`);

    await waitFor(() => asked() >= before + 4);
    expect(await stage.resilience.client.set('greeting', 'hello')).toBe('OK');
    expect(stage.resilience.snapshot()).toMatchObject({ status: 'up', outages: 0 });
    expect(stage.visitors()).toBe(0);
  });

  it.concurrent(
    'does not catch a client whose connection is lost, nor by sentinels that it makes up',
    async () => {
      await using stage = await startStage();
      const { hostile, server, resilience } = stage;
      await using second = await ScriptedSentinel.start(stage.elsewhere);
      hostile.sentinels = [second.address];
      for (let round = 0; round < 5; round += 1) {
        const ended = waitFor(() => resilience.snapshot().connection !== 'ready');
        await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await ended.catch(() => undefined);
        await waitUntilStatus(resilience, 'up');
      }
      expect(second.questions).toBe(0);
      expect(stage.visitors()).toBe(0);
    },
  );
});

describe('one sentinel of three that is left', () => {
  it.concurrent(
    'is not believed while the known primary answers, and is believed when it does not',
    async () => {
      await using stage = await startStage();
      const { server, resilience, honest, hostile: last } = stage;
      await using promoted = await startRedis();
      last.primary = promoted;
      for (const sentinel of honest) await sentinel[Symbol.asyncDispose]();
      await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await waitFor(
        async () => (await resilience.client.set('where', 'known').catch(() => undefined)) === 'OK',
      );
      expect(await server.command('GET', 'where')).toBe('known');

      await server.kill();
      await waitFor(
        async () => (await resilience.client.set('where', 'new').catch(() => undefined)) === 'OK',
        {
          timeoutMs: 15_000,
        },
      );
      expect(await promoted.command('GET', 'where')).toBe('new');
    },
  );
});

it.concurrent('a single sentinel is believed where only one is configured', async () => {
  await using server = await startRedis();
  await using sentinel = await ScriptedSentinel.start(server);
  const resilience = createRedisResilience({ sentinels: [sentinel.address], name: 'shop' });
  await resilience.ready({ timeoutMs: 5_000 });
  expect(await resilience.client.ping()).toBe('PONG');
  await resilience.close();
});

interface Stage extends AsyncDisposable {
  readonly server: RedisServer;
  readonly honest: readonly ScriptedSentinel[];
  readonly hostile: ScriptedSentinel;
  readonly elsewhere: Address;
  readonly resilience: RedisResilience;
  /** Number of connections to the address that the hostile sentinel names. */
  visitors(): number;
}

async function startStage(
  order: <T>(sentinels: [T, T, T]) => T[] = (sentinels) => sentinels,
): Promise<Stage> {
  const server = await startRedis();
  let visitors = 0;
  const place = createServer((socket) => {
    visitors += 1;
    socket.on('error', () => undefined).resume();
  }).listen(0, '127.0.0.1');
  await once(place, 'listening');
  const elsewhere = { host: '127.0.0.1', port: (place.address() as AddressInfo).port };
  const one = await ScriptedSentinel.start(server);
  const two = await ScriptedSentinel.start(server);
  const hostile = await ScriptedSentinel.start(elsewhere);
  const resilience = createRedisResilience({
    sentinels: order([one.address, two.address, hostile.address]),
    name: 'shop',
  });
  await resilience.ready({ timeoutMs: 5_000 });
  return {
    server,
    honest: [one, two],
    hostile,
    elsewhere,
    resilience,
    visitors: () => visitors,
    async [Symbol.asyncDispose]() {
      await resilience.close({ drainMs: 0 });
      for (const sentinel of [one, two, hostile]) await sentinel[Symbol.asyncDispose]();
      place.close();
      await server.stop();
    },
  };
}
