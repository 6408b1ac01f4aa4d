import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startCluster, startRedis, waitFor } from '@redis-resilience/testing';
import { Command, Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { HostileServer, honest, type Hostility } from '../../bench/fuzz/hostile-server.ts';

async function hostileStage(hostility: Hostility): Promise<RedisResilience<Redis>> {
  const server = await HostileServer.start();
  server.hostility = hostility;
  const resilience = createRedisResilience(
    { host: server.host, port: server.port },
    { logger: false, connection: { minPeriodMs: 10, maxPeriodMs: 50 } },
  );
  onTestFinished(async () => {
    await resilience.close({ drainMs: 0 });
    await server[Symbol.asyncDispose]();
  });
  await resilience.ready();
  return resilience;
}

it('a command with the name of an inherited property is refused by the server, and the client survives the loss of its connection', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { client } = resilience;
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
    await expect(client.call(name, 'a')).rejects.toThrow(/unknown command/i);
  await expect(client.pipeline().call('constructor').get('a').exec()).resolves.toEqual([
    [expect.objectContaining({ name: 'ReplyError' })],
    [null, null],
  ]);

  await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
  await waitFor(() => resilience.snapshot().attempts > 1, { message: 'another connection' });
  expect(await client.set('a', '1')).toBe('OK');
});

it('a command that was answered runs again when it is sent again, as with plain ioredis', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  const plain = new Redis(server.url);
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  onTestFinished(() => plain.disconnect());
  for (const client of [plain, resilience.client]) {
    await client.del('count');
    const command = new Command('incr', ['count']);
    for (let sent = 0; sent < 3; sent++) await client.sendCommand(command);
    expect(await client.get('count')).toBe('3');
  }
});

it('a command whose name is not a string rejects its own call, also in a pipeline, and nothing else', async () => {
  const { client } = await hostileStage(() => honest);
  const stray: unknown[] = [];
  const onStray = (error: unknown): void => void stray.push(error);
  process.on('unhandledRejection', onStray);
  onTestFinished(() => void process.off('unhandledRejection', onStray));
  for (const odd of [{}, { toString: 1 }, Object.create(null), Symbol('get'), 7, ['get']]) {
    const name = odd as string;
    await expect(client.call(name, 'a')).rejects.toThrow(TypeError);
    const replies = await client.pipeline().call(name, 'a').get('b').exec();
    expect(replies).toEqual([[expect.any(TypeError)], [null, 'value of b']]);
  }
  expect(stray).toEqual([]);
});

it('a key that cannot become a string rejects its own call, also with a key prefix and on a lease', async () => {
  await using server = await HostileServer.start();
  const resilience = createRedisResilience(
    { host: server.host, port: server.port, keyPrefix: 'shop:' },
    { logger: false },
  );
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const stray: unknown[] = [];
  const onStray = (error: unknown): void => void stray.push(error);
  process.on('unhandledRejection', onStray);
  onTestFinished(() => void process.off('unhandledRejection', onStray));
  const callAll = async (client: Redis): Promise<void> => {
    for (const odd of [{ toString: 1 }, Object.create(null), [Object.create(null)]] as string[]) {
      await expect(client.get(odd)).rejects.toThrow(TypeError);
      await expect(client.del('a', odd)).rejects.toThrow(TypeError);
      await expect(client.call(odd, 'a')).rejects.toThrow(TypeError);
      const replies = await client.pipeline().get(odd).get('b').exec();
      expect(replies).toEqual([[expect.any(TypeError)], [null, 'value of shop:b']]);
    }
  };
  await callAll(resilience.client);
  await callAll(resilience.client.duplicate());
  await resilience.lease(callAll);
  expect(stray).toEqual([]);
});

it('a pipeline that waits between its commands and exec() settles, whatever its arguments are', async () => {
  const { client } = await hostileStage(() => honest);
  const odd = { toString: 1 } as unknown as string;
  const pipeline = client.pipeline().get(odd).get('a').set('b', odd);
  await new Promise((resolve) => setImmediate(resolve));
  await expect(pipeline.exec()).resolves.toEqual([
    [expect.any(TypeError)],
    [null, 'value of a'],
    [expect.any(TypeError)],
  ]);
});

it('a pipeline with an odd argument settles also if it is issued before a Cluster is connected', async () => {
  await using cluster = await startCluster();
  const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const odd = { toString: 1 } as unknown as string;
  const [replies, aborted] = await Promise.allSettled([
    resilience.client.pipeline().get(odd).set('a', '1').exec(),
    resilience.client.multi().set('a', odd).exec(),
  ]);
  expect(replies).toEqual({ status: 'fulfilled', value: [[expect.any(TypeError)], [null, 'OK']] });
  expect(aborted).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining('EXECABORT') as string },
  });
});

it('a transaction whose EXEC is answered with another number of replies than commands ends with an unknown outcome', async () => {
  for (const reply of ['*0\r\n', ':5\r\n', '*1\r\n:1\r\n']) {
    const resilience = await hostileStage(([name = '']) => {
      if (/^(multi|watch|unwatch)$/i.test(name)) return '+OK\r\n';
      if (/^exec$/i.test(name)) return reply;
      return /^incr$/i.test(name) ? '+QUEUED\r\n' : honest;
    });
    const ran = resilience.transaction(['a'], (tx) =>
      tx.commit((multi) => [multi.incr('a'), multi.incr('b')]),
    );
    await expect(ran).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', reason: 'protocol' });
  }
});

it('a lease lasts until the work has settled, even if its promise is that of a library', async () => {
  const resilience = await hostileStage(() => honest);
  const value = await resilience.lease((client) => {
    const later = new Promise<void>((resolve) => void setImmediate(resolve)).then(() => client.get('late'));
    // oxlint-disable-next-line unicorn/no-thenable -- the promises of Bluebird and Q have a `then` method, too
    return { then: later.then.bind(later) } as Promise<string | null>;
  });
  expect(value).toBe('value of late');
});

it('options that are null are refused by execute as by lease', async () => {
  const resilience = await hostileStage(() => honest);
  for (const call of [
    () => resilience.execute((client) => client.get('a'), null as never),
    () => resilience.lease((client) => client.get('a'), null as never),
  ])
    await expect((async () => call())()).rejects.toMatchObject({ code: 'CONFIGURATION' });
});
