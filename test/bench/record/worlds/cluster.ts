import { setTimeout as delay } from 'node:timers/promises';
import { startCluster } from '@redis-resilience/testing';
import type { World, WorldFault, WorldKind } from './world.js';

/** For each primary, one slot that it owns at the start. */
const aSlotOfEach: readonly number[] = [0, 8_000, 16_000];

/** Three primaries with one replica each. */
export const cluster: WorldKind = {
  name: 'cluster',
  label: 'a Cluster of three primaries and three replicas',
  refusalOf: (client) => (client === 'front' ? 'it does not stand in front of a Cluster' : undefined),
  faultNames: ['kill-primary', 'failover', 'freeze-primary', 'move-slot', 'kill-connections'],
  async start(): Promise<World> {
    const group = await startCluster({ config: { appendonly: 'yes' } });
    const faults: readonly WorldFault[] = [
      {
        name: 'kill-primary',
        losesData: 'recent',
        async run(forMs, _, key) {
          const primary = await group.primaryOf(key);
          await primary.kill();
          await delay(forMs);
          await primary.start();
          await group.waitUntilOk();
        },
      },
      {
        name: 'failover',
        losesData: 'recent',
        async run(_forMs, _, key) {
          await group.failover(await group.primaryOf(key));
          await group.waitUntilOk();
        },
      },
      {
        name: 'freeze-primary',
        losesData: 'recent',
        async run(forMs, _, key) {
          const primary = await group.primaryOf(key);
          await primary.freeze();
          await delay(forMs);
          primary.thaw();
          await group.waitUntilOk();
        },
      },
      {
        name: 'move-slot',
        async run(_forMs, _, key) {
          const owner = await group.primaryOf(key);
          const primaries = await Promise.all(aSlotOfEach.map((slot) => group.primaryOf(slot)));
          const other = primaries.find((node) => node !== owner);
          if (other !== undefined) await group.migrateSlot(group.keySlot(key), other);
        },
      },
      {
        name: 'kill-connections',
        async run(_forMs, _, key) {
          const primary = await group.primaryOf(key);
          await primary.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        },
      },
    ];
    return {
      databases: [undefined],
      targetOf: () => ({ kind: 'cluster', nodes: group.addresses }),
      faults,
      ask: async (command) => (await group.primaryOf(String(command[1]))).command(...command),
      stop: () => group.stop(),
    };
  },
};
