import { createRedisResilience, protect, type RedisResilience } from '@redis-resilience/core';
import { startCluster, startRedis, startSentinel, waitFor } from '@redis-resilience/testing';
import { Cluster, Command, Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Creates a command whose encoding throws, as if it exceeded the maximum length of a string. */
function unwritable(): Command {
  const command = new Command('set', ['{a}1', 'value'], { replyEncoding: 'utf8' });
  return Object.assign(command, {
    toWritable() {
      throw new RangeError('Invalid string length');
    },
  });
}

interface Chain {
  sendCommand(command: Command): unknown;
}

const tooLong = { name: 'RangeError', message: 'Invalid string length' };

/**
 * Issues an unwritable command alone, in a pipeline and in MULTI, and expects that only its own promise
 * rejects and that the connection keeps working.
 */
async function issueInEveryWay(client: Redis | Cluster, inFlight: () => number): Promise<void> {
  const send = (command: Command): unknown => (client as Redis).sendCommand(command);
  const single = send(unwritable());
  const pipeline = client.pipeline().set('{a}1', 'kept');
  (pipeline as unknown as Chain).sendCommand(unwritable());
  const replies = pipeline.get('{a}1').exec();
  const transaction = client.multi().set('{a}1', 'of a transaction');
  (transaction as unknown as Chain).sendCommand(unwritable());
  const aborted = transaction.set('{a}2', 'of a transaction').exec();

  await expect(single).rejects.toMatchObject(tooLong);
  await expect(replies).resolves.toEqual([[null, 'OK'], [expect.objectContaining(tooLong)], [null, 'kept']]);
  await expect(aborted).rejects.toThrow(/EXECABORT/);
  await expect(client.get('{a}1')).resolves.toBe('kept');
  await expect(client.mget('{a}1', '{a}2')).resolves.toEqual(['kept', null]);
  expect(inFlight()).toBe(0);
}

function protectedBy(resilience: RedisResilience): () => number {
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return () => resilience.detail().inFlight;
}

describe('a command that the driver throws at', () => {
  it('rejects alone on a single server, before and after it is connected, on a duplicate and on a lease', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url, { logger: false });
    const inFlight = protectedBy(resilience);
    await issueInEveryWay(resilience.client, inFlight);
    await issueInEveryWay(resilience.client, inFlight);
    await issueInEveryWay(resilience.client.duplicate(), inFlight);
    await resilience.lease((client) => issueInEveryWay(client, inFlight));
  });

  it('rejects alone when it has waited for a reconnection', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url, {
      logger: false,
      timeoutMs: 10_000,
      admission: { maxWaitMs: 10_000 },
    });
    const inFlight = protectedBy(resilience);
    await resilience.ready();
    await server.kill();
    await waitFor(() => resilience.snapshot().connection === 'reconnecting');
    const issued = issueInEveryWay(resilience.client, inFlight);
    expect(resilience.detail().waiting).toBeGreaterThan(0);
    await server.restart();
    await issued;
  });

  it('rejects alone behind sentinels', async () => {
    await using group = await startSentinel();
    const resilience = createRedisResilience(
      { sentinels: group.sentinelAddresses, name: group.name },
      { logger: false },
    );
    await issueInEveryWay(resilience.client, protectedBy(resilience));
  });

  it('rejects alone on a Cluster, while its nodes are being connected and later, with a prefix and with a tracer', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const plain = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
    await issueInEveryWay(plain.client, protectedBy(plain));
    await issueInEveryWay(plain.client, protectedBy(plain));

    const prefixed = new Cluster(cluster.addresses, { keyPrefix: 'shop:', enableAutoPipelining: true });
    const ofPrefixed = protect(prefixed, { logger: false });
    await issueInEveryWay(prefixed, protectedBy(ofPrefixed));

    const traced = new Cluster(cluster.addresses);
    const { sendCommand } = traced;
    traced.sendCommand = (...args) => sendCommand.apply(traced, args);
    await issueInEveryWay(traced, protectedBy(protect(traced, { logger: false })));
  });
});

it('a function for scaleReads that throws rejects the read, also in a pipeline', async () => {
  await using cluster = await startCluster({ nodes: 3, replicas: 0 });
  const scaleReads = (): never => {
    throw new Error('No node is near');
  };
  const client = new Cluster(cluster.addresses, { scaleReads });
  const inFlight = protectedBy(protect(client, { logger: false }));
  await client.set('a', '1');
  await expect(client.get('a')).rejects.toThrow('No node is near');
  await expect(client.pipeline().get('a').set('a', '2').exec()).resolves.toEqual([
    [expect.objectContaining({ message: 'No node is near' })],
    [null, 'OK'],
  ]);
  expect(inFlight()).toBe(0);
});

it('a sendCommand of the application that throws rejects what it refuses, and no transaction runs in part', async () => {
  await using server = await startRedis();
  for (const forbidden of ['multi', 'set', 'exec']) {
    const client = new Redis(server.port, server.host);
    const { sendCommand } = client;
    client.sendCommand = (command: Command, ...rest) => {
      if (command.name === forbidden) throw new Error('forbidden');
      return sendCommand.call(client, command, ...rest);
    };
    const resilience = protect(client, { logger: false });
    const inFlight = protectedBy(resilience);
    await expect(client.multi().incr('a').set('b', '1').incr('a').exec()).rejects.toThrow(
      /forbidden|EXECABORT/,
    );
    await resilience.ready();
    await expect(client.get('a')).resolves.toBeNull();
    if (forbidden === 'set') await expect(client.set('a', '1')).rejects.toThrow('forbidden');
    expect(inFlight()).toBe(0);
  }
});

describe('a command that states more keys than it has', () => {
  const calls: readonly (readonly [string, ...string[]])[] = [
    ['eval', 'return 1', '5', '{a}'],
    ['EVAL', 'return 1', '200000', '{a}'],
    ['eval', 'return 1', 'Infinity', '{a}'],
    ['zunionstore', '{a}1', '3', '{a}'],
    ['sintercard', '3', '{a}'],
    ['get'],
    ['set'],
    ['sort'],
  ];

  async function refuseAll(client: Redis | Cluster): Promise<void> {
    for (const [name, ...args] of calls) {
      await expect(client.call(name, ...args)).rejects.toMatchObject({ name: 'ReplyError' });
      const replies = await client
        .pipeline()
        .set('{a}', '1')
        .call(name, ...args)
        .get('{a}')
        .exec();
      expect(replies).toEqual([[null, 'OK'], [expect.objectContaining({ name: 'ReplyError' })], [null, '1']]);
    }
  }

  it('is refused by the server, and sends no key that nobody named', async () => {
    await using server = await startRedis();
    for (const keyPrefix of ['', 'shop:']) {
      const client = new Redis(server.port, server.host, { keyPrefix });
      const inFlight = protectedBy(protect(client, { logger: false }));
      await refuseAll(client);
      expect(inFlight()).toBe(0);
    }
  });

  it('is refused by the nodes of a Cluster', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    for (const keyPrefix of ['', 'shop:']) {
      const client = new Cluster(cluster.addresses, { keyPrefix });
      const inFlight = protectedBy(protect(client, { logger: false }));
      await refuseAll(client);
      expect(inFlight()).toBe(0);
    }
  });
});
