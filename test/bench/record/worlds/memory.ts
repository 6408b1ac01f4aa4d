import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, startRedis, type ChaosProxy } from '@redis-resilience/testing';
import { networkFaults, serverFaults } from './single.js';
import type { World, WorldFault, WorldKind } from './world.js';

/** One server that keeps its data in memory alone, as caches do: after a restart it is empty. */
export const memory: WorldKind = {
  name: 'memory',
  label: 'one server without persistence',
  faultNames: ['restart-empty', 'freeze', 'reset-in-flight', 'partition'],
  async start(clients): Promise<World> {
    const server = await startRedis();
    const proxies = new Map<string, ChaosProxy>();
    for (const client of clients) proxies.set(client, await startProxy({ target: server }));
    const restartEmpty: WorldFault = {
      name: 'restart-empty',
      losesData: 'all',
      async run(forMs) {
        await server.kill();
        await delay(forMs);
        await server.start();
      },
    };
    const survived = [...serverFaults(server), ...networkFaults([...proxies.values()])];
    return {
      databases: [undefined],
      targetOf(client) {
        const { host, port } = proxies.get(client) as ChaosProxy;
        return { kind: 'single', host, port };
      },
      faults: [restartEmpty, ...survived.filter(({ name }) => this.faultNames.includes(name))],
      ask: (command) => server.command(...command),
      async stop() {
        await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
        await server.stop();
      },
    };
  },
};
