import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, startRedis, type ChaosProxy, type RedisServer } from '@redis-resilience/testing';
import type { World, WorldFault, WorldKind } from './world.js';

/** One server that persists every acknowledged write, and unreliable networks in front of it. */
export const single: WorldKind = {
  name: 'single',
  label: 'one server, appendfsync always',
  faultNames: [
    'kill',
    'freeze',
    'reset',
    'reset-in-flight',
    'cut-to-server',
    'cut-to-client',
    'drop',
    'partition',
    'refuse',
    'trickle',
    'latency',
    'pause-writes',
    'rotate',
  ],
  async start(clients): Promise<World> {
    const server = await startRedis({ appendonly: true, config: { appendfsync: 'always' } });
    return behindProxies(server, clients, serverFaults(server));
  },
};

/**
 * Starts a proxy in front of the server for each client, and combines the faults of both. `faults` are the faults of
 * the server.
 */
export async function behindProxies(
  server: RedisServer,
  clients: readonly string[],
  faults: readonly WorldFault[],
): Promise<World> {
  const proxies = new Map<string, ChaosProxy>();
  for (const client of clients) proxies.set(client, await startProxy({ target: server }));
  return {
    databases: [undefined],
    targetOf(client) {
      const { host, port } = proxies.get(client) as ChaosProxy;
      return { kind: 'single', host, port };
    },
    faults: [...faults, ...networkFaults([...proxies.values()])],
    ask: (command) => server.command(...command),
    async stop() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
      await server.stop();
    },
  };
}

/** Returns the faults of one server. */
export function serverFaults(server: RedisServer): readonly WorldFault[] {
  return [
    {
      name: 'kill',
      async run(forMs) {
        await server.kill();
        await delay(forMs);
        await server.start();
      },
    },
    {
      name: 'freeze',
      async run(forMs) {
        await server.freeze();
        await delay(forMs);
        server.thaw();
      },
    },
    {
      // Changes the password while connections break, and restores it.
      name: 'rotate',
      async run(forMs) {
        await server.command('CONFIG', 'SET', 'requirepass', 'rotated');
        await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await delay(forMs);
        await server.command('CONFIG', 'SET', 'requirepass', '');
      },
    },
    {
      name: 'pause-writes',
      async run(forMs) {
        await server.command('CLIENT', 'PAUSE', Math.round(forMs), 'WRITE');
        await delay(forMs);
      },
    },
  ];
}

/** Returns the faults of the networks in front of a server; each happens to all proxies at once. */
export function networkFaults(proxies: readonly ChaosProxy[]): readonly WorldFault[] {
  const each = async (act: (proxy: ChaosProxy) => unknown): Promise<void> => {
    await Promise.all(proxies.map(act));
  };
  return [
    { name: 'reset', run: () => each((proxy) => proxy.reset()) },
    {
      // Simulates a slow network, as between two zones, so that replies are in flight when the connection breaks.
      name: 'reset-in-flight',
      async run(_, amount) {
        await each((proxy) => proxy.latency(20 + amount * 60));
        await delay(300);
        await each((proxy) => proxy.reset());
        await each((proxy) => proxy.latency(0));
      },
    },
    {
      name: 'cut-to-server',
      run: (_, amount) =>
        each((proxy) => proxy.cutAfter(Math.floor(amount * 400), { direction: 'toServer', times: 4 })),
    },
    {
      name: 'cut-to-client',
      run: (_, amount) =>
        each((proxy) => proxy.cutAfter(Math.floor(amount * 100), { direction: 'toClient', times: 4 })),
    },
    { name: 'drop', run: () => each((proxy) => proxy.blackhole()) },
    {
      name: 'partition',
      async run(forMs) {
        await each((proxy) => proxy.blackhole({ incoming: true }));
        await delay(forMs);
        await each((proxy) => proxy.heal({ revive: true }));
      },
    },
    {
      name: 'refuse',
      async run(forMs) {
        await each((proxy) => proxy.refuse({ reset: true }));
        await delay(forMs);
        await each((proxy) => proxy.accept());
      },
    },
    {
      name: 'trickle',
      async run(forMs, amount) {
        await each((proxy) => proxy.throttle(200 + amount * 2_000));
        await delay(forMs);
        await each((proxy) => proxy.throttle(Infinity));
      },
    },
    {
      name: 'latency',
      async run(forMs, amount) {
        await each((proxy) => proxy.latency(20 + amount * 300));
        await delay(forMs);
        await each((proxy) => proxy.latency(0));
      },
    },
  ];
}
