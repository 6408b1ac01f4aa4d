import { startRedis } from '@redis-resilience/testing';
import { behindProxies, serverFaults } from './single.js';
import type { World, WorldKind } from './world.js';

/** One server without persistence, as for a cache: after a restart, it is empty. */
export const memory: WorldKind = {
  name: 'memory',
  label: 'one server without persistence',
  faultNames: ['restart-empty', 'freeze', 'reset-in-flight', 'partition'],
  async start(clients): Promise<World> {
    const server = await startRedis();
    const faults = serverFaults(server).map((fault) =>
      fault.name === 'kill' ? { ...fault, name: 'restart-empty', losesData: 'all' as const } : fault,
    );
    return behindProxies(server, clients, faults);
  },
};
