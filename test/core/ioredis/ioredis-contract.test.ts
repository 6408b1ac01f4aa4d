import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  startCluster,
  startRedis,
  waitFor,
  type ClusterGroup,
  type RedisServer,
} from '@redis-resilience/testing';
import * as ioredis6 from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportedIoredis } from './supported-ioredis.ts';

/** The private properties of a client that packages/core/src/ioredis uses. */
interface Inside {
  status: string;
  stream: Socket | undefined;
  condition: {
    select: number;
    auth?: unknown;
    subscriber: false | { channels(kind: string): string[] };
    protocol?: number;
    replyMapping?: string;
  } | null;
  prevCondition?: Inside['condition'];
  commandQueue: { length: number; push(item: unknown): void; peekFront(): { command: Inner } | undefined };
  prevCommandQueue?: { toArray(): readonly { command: Inner }[]; clear(): void } | null;
  options: Record<string, unknown>;
  connector: { connect(emit: unknown): Promise<Socket>; disconnect(): void; check(info: unknown): boolean };
  manuallyClosing: boolean;
  reconnectTimeout: NodeJS.Timeout | null;
  sendCommand(command: Inner, stream?: unknown, node?: unknown): unknown;
  flushQueue(error: Error): void;
  setStatus(status: string): void;
}

/** The private properties of a command that core uses. */
interface Inner {
  name: string;
  args: unknown[];
  promise: Promise<unknown>;
  pipelineIndex?: number;
  protocol?: number;
  replyMapping?: string;
  resolve: (value: unknown) => unknown;
  reject: (error: Error) => unknown;
  toWritable(socket: Socket): string | Buffer;
  getKeys(): unknown[];
}

interface InsideCluster {
  status: string;
  isCluster: true;
  options: Record<string, unknown>;
  startupNodes: { host?: string; port?: number }[];
  setStatus(status: string): void;
  handleCloseEvent(): void;
  readyCheck(callback: () => void): void;
  refreshSlotsCache(callback?: () => void): void;
  resolveStartupNodeHostnames(): Promise<unknown[]>;
  connectionPool: {
    getInstanceByKey(key: string): unknown;
    findOrCreate(node: { host: string; port: number }, isReplica?: boolean): unknown;
    removeNode(key: string): void;
  };
  slots: string[][];
  _groupsBySlot: (number | undefined)[];
  _groupsIds: Record<string, number>;
  natMapper(place: { host: string; port: number }): unknown;
  handleError(error: Error, redirections: { value?: number }, handlers: Record<string, () => void>): void;
  subscriber: { selectSubscriber(): void; getInstance(): unknown } | undefined;
}

/** ioredis 6 types depend on the reply mapping; these tests always use the default. */
type DefaultReplies = ioredis6.RedisOptions & { replyMapping?: 'legacy' };

const inside = (client: unknown): Inside => client as Inside;

describe.each(supportedIoredis)('ioredis %s', (_version, ioredis) => {
  let server: RedisServer;
  const clients: ioredis6.Redis[] = [];

  beforeAll(async () => {
    server = await startRedis({ users: [{ name: 'shop', password: 'secret' }] });
  });

  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  const open = (options: ioredis6.RedisOptions = {}): ioredis6.Redis => {
    const client: ioredis6.Redis = new ioredis.Redis({
      ...options,
      host: server.host,
      port: server.port,
    } as DefaultReplies);
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };

  const openReady = async (options: ioredis6.RedisOptions = {}): Promise<ioredis6.Redis> => {
    const client = open(options);
    await waitFor(() => client.status === 'ready');
    return client;
  };

  it('tells what it is, and where it stands, by its status', async () => {
    const client = open({ lazyConnect: true });
    const seen = [client.status];
    for (const name of ['connecting', 'connect', 'ready', 'close', 'end'])
      client.on(name, () => seen.push(name as never));
    await client.connect();
    client.disconnect();
    await waitFor(() => client.status === 'end');
    await waitFor(() => seen.includes('end'));

    expect(seen).toEqual(['wait', 'connecting', 'connect', 'ready', 'close', 'end']);
    expect((client as unknown as { isCluster?: boolean }).isCluster).not.toBe(true);
  });

  it('passes every command through sendCommand of the instance: handshake, pipelines, scripts, multi', async () => {
    const client = open({
      lazyConnect: true,
      username: 'shop',
      password: 'secret',
      db: 2,
      connectionName: 'till',
    });
    const seen: { name: string; isPipeline: boolean; index: number | undefined }[] = [];
    const original = inside(client).sendCommand.bind(client);
    inside(client).sendCommand = (command, stream, node) => {
      const isPipeline = (stream as { isPipeline?: boolean } | undefined)?.isPipeline === true;
      seen.push({ name: command.name, isPipeline, index: command.pipelineIndex });
      return original(command, stream, node);
    };
    await client.connect();
    const handshake = new Set(seen.map(({ name }) => name));
    await client.get('a');
    await client.call('INCR', 'b');
    await client.pipeline().get('a').set('b', '1').exec();
    await client.multi().get('a').exec();
    client.defineCommand('twice', { numberOfKeys: 1, lua: 'return KEYS[1]' });
    await (client as unknown as { twice(key: string): Promise<string> }).twice('a');

    const allowed = new Set(['hello', 'auth', 'select', 'client', 'info', 'readonly']);
    expect([...handshake].filter((name) => !allowed.has(name))).toEqual([]);
    expect(seen.filter(({ isPipeline }) => isPipeline).map(({ name, index }) => [name, index])).toEqual([
      ['get', 0],
      ['set', 1],
      ['multi', 0],
      ['get', 1],
      ['exec', 2],
    ]);
    const names = seen.map(({ name }) => name.toLowerCase());
    expect(names).toContain('incr');
    expect(names).toContain('evalsha');
  });

  it('calls resolve and reject of the command, as methods, once', async () => {
    const client = await openReady();
    const settled: string[] = [];
    const original = inside(client).sendCommand.bind(client);
    inside(client).sendCommand = (command, stream, node) => {
      const { resolve, reject } = command;
      command.resolve = function answer(this: Inner, value) {
        settled.push(`resolve ${this.name}`);
        return resolve(value);
      };
      command.reject = function refuse(this: Inner, error) {
        settled.push(`reject ${this.name} ${error.name}`);
        return reject(error);
      };
      return original(command, stream, node);
    };
    await client.set('text', 'x');
    await client.lpush('text', 'y').catch(() => undefined);
    await client.pipeline().get('text').lpush('text', 'z').exec();

    expect(settled).toEqual([
      'resolve set',
      'reject lpush ReplyError',
      'resolve get',
      'reject lpush ReplyError',
    ]);
  });

  it('may be written past: a command on the socket and in the queue is answered', async () => {
    const client = await openReady();
    const { stream, condition, commandQueue } = inside(client);
    const command = new ioredis.Command('set', ['past', '1'], { replyEncoding: 'utf8' }) as unknown as Inner;
    if (condition?.protocol !== undefined) {
      command.protocol = condition.protocol;
      command.replyMapping = condition.replyMapping ?? 'legacy';
    }
    stream?.write(command.toWritable(stream));
    commandQueue.push({ command, stream: undefined, select: condition?.select });

    expect(commandQueue.length).toBe(1);
    expect(commandQueue.peekFront()?.command).toBe(command);
    expect(await command.promise).toBe('OK');
    expect(commandQueue.length).toBe(0);
    expect(commandQueue.peekFront()).toBeUndefined();
    expect(command.getKeys()).toEqual(['past']);
  });

  it('keeps the commands that were unanswered when a ready connection broke', async () => {
    const client = await openReady();
    void client.blpop('nothing', 0).catch(() => undefined);
    await waitFor(() => inside(client).commandQueue.length === 1);
    inside(client).stream?.destroy();
    await once(client, 'close');
    const kept = inside(client).prevCommandQueue;

    expect(kept?.toArray().map(({ command }) => command.name)).toEqual(['blpop']);
  });

  it('reads a reply before a listener that was put first when the socket was handed over', async () => {
    const order: string[] = [];
    const client = open({ lazyConnect: true });
    inside(client).connector = {
      connect: async () => {
        const socket = connect(server.port, server.host);
        await once(socket, 'connect');
        socket.prependListener('data', () => order.push('first listener'));
        return socket;
      },
      disconnect: () => inside(client).stream?.destroy(),
      check: () => true,
    };
    await client.connect();
    order.length = 0;
    const original = inside(client).sendCommand.bind(client);
    inside(client).sendCommand = (command, stream, node) => {
      const { resolve } = command;
      command.resolve = (value) => {
        order.push('reply');
        return resolve(value);
      };
      return original(command, stream, node);
    };
    await client.get('a');

    // ioredis prepends its own listener later, so code that needs the time of arrival must prepend its listener
    // after that, or work below the events of the socket.
    expect(order).toEqual(['reply', 'first listener']);
  });

  it('takes its socket from the connector, asks it again after each loss, and tells it to disconnect', async () => {
    const client = open({ lazyConnect: true, enableReadyCheck: false });
    let connects = 0;
    let disconnects = 0;
    inside(client).options['retryStrategy'] = () => 0;
    inside(client).connector = {
      connect: async () => {
        connects++;
        const socket = connect(server.port, server.host);
        await once(socket, 'connect');
        return socket;
      },
      disconnect: () => {
        disconnects++;
        inside(client).stream?.end();
      },
      check: () => true,
    };
    await client.connect();
    inside(client).stream?.destroy();
    await waitFor(() => connects === 2 && client.status === 'ready');
    client.disconnect();
    expect(inside(client).manuallyClosing).toBe(true);
    await waitFor(() => client.status === 'end');

    expect(disconnects).toBe(1);
    expect(inside(client).manuallyClosing).toBe(false);
  });

  it('gives up everything in flight at a loss with maxRetriesPerRequest 0, and sends nothing again', async () => {
    const client = await openReady({
      maxRetriesPerRequest: 0,
      retryStrategy: () => 0,
      autoResendUnfulfilledCommands: false,
    });
    const calls = [client.blpop('nothing', 0), client.pipeline().get('a').blpop('nothing', 0).exec()];
    await waitFor(() => inside(client).commandQueue.length > 1);
    inside(client).stream?.destroy();
    const [blocked, pipeline] = await Promise.all(
      calls.map((call) => (call as Promise<unknown>).catch((error: Error) => error)),
    );

    expect(blocked).toMatchObject({ name: 'MaxRetriesPerRequestError' });
    const givenUp = [expect.objectContaining({ name: 'MaxRetriesPerRequestError' })];
    expect(pipeline).toEqual([givenUp, givenUp]);
    await waitFor(() => client.status === 'ready');
    expect(inside(client).commandQueue.length).toBe(0);
  });

  it('keeps what the handshake uses in its condition', async () => {
    const client = open({ lazyConnect: true, username: 'shop', password: 'wrong', db: 3 });
    inside(client).connector = {
      connect: async () => {
        const socket = connect(server.port, server.host);
        await once(socket, 'connect');
        const { condition } = inside(client);
        if (condition) condition.auth = ['shop', 'secret'];
        return socket;
      },
      disconnect: () => inside(client).stream?.destroy(),
      check: () => true,
    };
    await client.connect();

    expect(await client.acl('WHOAMI')).toBe('shop');
    expect(inside(client).condition?.select).toBe(3);
    await client.select(4);
    expect(inside(client).condition?.select).toBe(4);
  });

  it('speaks RESP2 when its condition says so before the handshake', async () => {
    const client = open({ lazyConnect: true });
    inside(client).connector = {
      connect: async () => {
        const socket = connect(server.port, server.host);
        await once(socket, 'connect');
        const { condition } = inside(client);
        if (condition?.protocol !== undefined) {
          condition.protocol = 2;
          condition.replyMapping = 'legacy';
        }
        return socket;
      },
      disconnect: () => inside(client).stream?.destroy(),
      check: () => true,
    };
    await client.connect();

    expect(String(await client.client('LIST'))).toContain('resp=2');
  });

  it('knows its subscriptions, and after a loss what they were', async () => {
    const client = await openReady({ retryStrategy: () => 10_000, autoResubscribe: false });
    await client.subscribe('news');
    await client.psubscribe('weather.*');
    const { subscriber } = inside(client).condition ?? {};
    expect(subscriber && subscriber.channels('subscribe')).toEqual(['news']);
    expect(subscriber && subscriber.channels('psubscribe')).toEqual(['weather.*']);
    expect(subscriber && subscriber.channels('ssubscribe')).toEqual([]);
    inside(client).stream?.destroy();
    await waitFor(() => client.status === 'reconnecting');
    const kept = inside(client).prevCondition?.subscriber || inside(client).condition?.subscriber;
    expect(kept && kept.channels('subscribe')).toEqual(['news']);
  });

  it('parks between two attempts with a timer that may be cleared', async () => {
    const client = await openReady({ retryStrategy: () => 60_000 });
    inside(client).stream?.destroy();
    await waitFor(() => client.status === 'reconnecting');
    const { reconnectTimeout } = inside(client);
    expect(reconnectTimeout).not.toBeNull();
    clearTimeout(reconnectTimeout ?? undefined);
    inside(client).reconnectTimeout = null;
    const queued = client.get('a').catch((error: Error) => error.message);
    inside(client).manuallyClosing = false;
    inside(client).setStatus('end');
    inside(client).flushQueue(new Error('Connection is closed.'));

    expect(await queued).toBe('Connection is closed.');
    expect(client.status).toBe('end');
    await client.connect();
    expect(await client.set('a', '1')).toBe('OK');
  });

  it('duplicates through duplicate(), with the same options and without the overrides of the instance', async () => {
    const client = await openReady({ db: 2 });
    inside(client).sendCommand = inside(client).sendCommand.bind(client);
    const duplicate = client.duplicate({ lazyConnect: true });
    clients.push(duplicate);

    expect(Object.hasOwn(duplicate, 'sendCommand')).toBe(false);
    expect(inside(duplicate).options).toMatchObject({ db: 2, lazyConnect: true });
    expect(duplicate.status).toBe('wait');
  });

  it('queues what comes before it is ready, and sends it through sendCommand again', async () => {
    const client = open();
    let times = 0;
    const original = inside(client).sendCommand.bind(client);
    inside(client).sendCommand = (command, stream, node) => {
      if (command.name === 'set') times++;
      return original(command, stream, node);
    };
    expect(await client.set('a', '1')).toBe('OK');
    expect(times).toBe(2);
  });

  it('emits the connector’s errors, and prints nothing when somebody listens', async () => {
    const client = open({ lazyConnect: true });
    const errors: Error[] = [];
    client.on('error', (error: Error) => errors.push(error));
    inside(client).connector = {
      connect: async (emit) => {
        (emit as (event: string, error: Error) => void)('error', new Error('an attempt failed'));
        const socket = connect(server.port, server.host);
        await once(socket, 'connect');
        return socket;
      },
      disconnect: () => inside(client).stream?.destroy(),
      check: () => true,
    };
    await client.connect();

    expect(errors.map(({ message }) => message)).toEqual(['an attempt failed']);
  });
});

describe('a cluster client', () => {
  let group: ClusterGroup;

  beforeAll(async () => {
    group = await startCluster({ nodes: 3, replicas: 0 });
  });

  afterAll(() => group.stop());

  it.each(supportedIoredis)(
    'has, in ioredis %s, the internals that are reached for',
    async (_version, ioredis) => {
      const cluster = new ioredis.Cluster(group.addresses, { lazyConnect: true });
      cluster.on('error', () => undefined);
      const hidden = cluster as unknown as InsideCluster;
      const nodes: unknown[] = [];
      cluster.on('+node', (node: unknown) => nodes.push(node));
      let refreshes = 0;
      cluster.on('refresh', () => refreshes++);
      let checks = 0;
      hidden.readyCheck = (callback) => {
        checks++;
        callback();
      };
      await cluster.connect();

      expect(hidden.isCluster).toBe(true);
      expect(nodes.length).toBeGreaterThanOrEqual(3);
      expect(cluster.nodes('master').length).toBe(3);
      expect(Array.isArray(hidden.startupNodes)).toBe(true);
      expect(typeof hidden.handleCloseEvent).toBe('function');
      expect(typeof hidden.setStatus).toBe('function');
      expect(checks).toBe(1);
      expect(typeof hidden.subscriber?.selectSubscriber).toBe('function');
      expect(refreshes).toBeGreaterThan(0);
      await new Promise<void>((resolve) => hidden.refreshSlotsCache(resolve));
      for (const name of [
        'retryDelayOnFailover',
        'retryDelayOnClusterDown',
        'slotsRefreshTimeout',
        'clusterRetryStrategy',
      ])
        expect(hidden.options).toHaveProperty(name);

      expect(new Set(hidden.slots.map(([primary]) => primary))).toEqual(
        new Set(group.addresses.map(({ host, port }) => `${host}:${port}`)),
      );
      const [first] = group.addresses as [{ host: string; port: number }];
      const address = `${first.host}:${first.port}`;
      expect(hidden.slots.length).toBe(16_384);
      const numbers = hidden.slots.map((owners) => hidden['_groupsIds'][owners.join(';')]);
      expect([new Set(numbers).size, hidden['_groupsBySlot']]).toEqual([3, numbers]);
      expect(hidden.natMapper({ ...first })).toEqual(first);

      const pool = hidden.connectionPool;
      const node = pool.getInstanceByKey(address) as ioredis6.Redis;
      expect([cluster.nodes().includes(node), node.options.readOnly]).toEqual([true, false]);
      node.disconnect();
      pool.removeNode(address);
      expect([pool.getInstanceByKey(address), cluster.nodes().length]).toEqual([undefined, 2]);
      const made = pool.findOrCreate({ ...first }, true);
      expect(made).toMatchObject({ status: 'wait', options: { ...first, readOnly: true } });
      expect(cluster.nodes('slave')).toEqual([made]);
      await new Promise<void>((resolve) => hidden.refreshSlotsCache(resolve));
      expect(cluster.nodes().length).toBe(3);
      expect(await hidden.resolveStartupNodeHostnames()).toMatchObject(group.addresses);
      expect(new ioredis.Command('get', ['{a}b']).getSlot()).toBe(15_495);

      const told: [string, object][] = [];
      const handleError = hidden.handleError.bind(cluster);
      hidden.handleError = (error, redirections, handlers) => {
        told.push([error.message, redirections]);
        handleError(error, redirections, handlers);
      };
      await expect(cluster.lpush('{a}text', 'x').then(() => cluster.incr('{a}text'))).rejects.toThrow(
        'WRONGTYPE',
      );
      // `value` is the number of redirections that are left. It varies, because a new Cluster may redirect the command.
      expect(told).toContainEqual([
        expect.stringMatching(/^WRONGTYPE/),
        { value: expect.any(Number) as number },
      ]);

      const seen: string[] = [];
      const original = (cluster as unknown as Inside).sendCommand.bind(cluster);
      (cluster as unknown as Inside).sendCommand = (command, stream, node) => {
        seen.push(`${command.name} ${(stream as { isPipeline?: boolean } | undefined)?.isPipeline === true}`);
        return original(command, stream, node);
      };
      await cluster.set('a', '1');
      await cluster.pipeline().get('a').get('a').exec();
      expect(seen).toEqual(['set false', 'get true', 'get true']);
      const subscribed = await cluster.subscribe('news');
      expect(subscribed).toBe(1);
      expect(hidden.subscriber?.getInstance()).not.toBeNull();
      cluster.disconnect();
    },
  );
});
