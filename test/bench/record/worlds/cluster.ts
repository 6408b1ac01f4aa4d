import { setTimeout as delay } from 'node:timers/promises';
import { startCluster } from '@redis-resilience/testing';
import { keysOfAType } from '../tasks.js';
import type { World, WorldFault, WorldKind } from './world.js';

/** Three primaries with a replica each. */
export const cluster: WorldKind = {
  name: 'cluster',
  label: 'a Cluster of three primaries and three replicas',
  async start(): Promise<World> {
    const group = await startCluster({ config: { appendonly: 'yes' } });
    const keyOf = (amount: number): string => `count:${Math.floor(amount * keysOfAType)}`;
    const faults: readonly WorldFault[] = [
      {
        name: 'kill-primary',
        losesData: true,
        async run(forMs, amount) {
          const primary = await group.primaryOf(keyOf(amount));
          await primary.kill();
          await delay(forMs);
          await primary.start();
          await group.waitUntilOk();
        },
      },
      {
        name: 'failover',
        losesData: true,
        async run(_, amount) {
          await group.failover(await group.primaryOf(keyOf(amount)));
          await group.waitUntilOk();
        },
      },
      {
        name: 'freeze-primary',
        losesData: true,
        async run(forMs, amount) {
          const primary = await group.primaryOf(keyOf(amount));
          await primary.freeze();
          await delay(forMs);
          primary.thaw();
          await group.waitUntilOk();
        },
      },
      {
        name: 'move-slot',
        async run(_, amount) {
          const key = keyOf(amount);
          const owner = await group.primaryOf(key);
          const primaries = await Promise.all(
            Array.from({ length: keysOfAType }, (_each, index) => group.primaryOf(`count:${index}`)),
          );
          const other = primaries.find((node) => node !== owner);
          if (other !== undefined) await group.migrateSlot(group.keySlot(key), other);
        },
      },
      {
        name: 'kill-connections',
        async run(_, amount) {
          const primary = await group.primaryOf(keyOf(amount));
          await primary.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        },
      },
    ];
    return {
      target: { kind: 'cluster', nodes: group.addresses },
      faults,
      ask: async (command) => (await group.primaryOf(String(command[1]))).command(...command),
      stop: () => group.stop(),
    };
  },
};
