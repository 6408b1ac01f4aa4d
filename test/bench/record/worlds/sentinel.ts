import { setTimeout as delay } from 'node:timers/promises';
import { startSentinel } from '@redis-resilience/testing';
import type { World, WorldFault, WorldKind } from './world.js';

/** Three sentinels over a primary and two replicas. */
export const sentinel: WorldKind = {
  name: 'sentinel',
  label: 'three sentinels, a primary and two replicas',
  faultNames: ['kill-primary', 'failover', 'freeze-primary', 'restart-replica', 'kill-connections'],
  refusalOf: (client) => (client === 'glide' ? 'it does not speak with Sentinel' : undefined),
  async start(): Promise<World> {
    const group = await startSentinel({ config: { appendonly: 'yes' } });
    const faults: readonly WorldFault[] = [
      {
        name: 'kill-primary',
        losesData: 'recent',
        async run(forMs) {
          const primary = await group.currentPrimary();
          await primary.kill();
          await group.waitForPrimary({ otherThan: primary });
          await delay(forMs);
          await primary.start();
          await group.waitUntilSettled();
        },
      },
      {
        name: 'failover',
        losesData: 'recent',
        async run() {
          await group.failover();
          await group.waitUntilSettled();
        },
      },
      {
        name: 'freeze-primary',
        losesData: 'recent',
        async run(forMs) {
          const primary = await group.currentPrimary();
          await primary.freeze();
          await delay(forMs);
          primary.thaw();
          await group.waitUntilSettled();
        },
      },
      {
        name: 'restart-replica',
        async run(forMs) {
          const primary = await group.currentPrimary();
          const replica = [group.primary, ...group.replicas].find((node) => node !== primary);
          await replica?.kill();
          await delay(forMs);
          await replica?.start();
        },
      },
      {
        name: 'kill-connections',
        async run() {
          const primary = await group.currentPrimary();
          await primary.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        },
      },
    ];
    return {
      databases: [undefined],
      targetOf: () => ({ kind: 'sentinel', sentinels: group.sentinelAddresses, name: group.name }),
      faults,
      ask: async (command) => (await group.currentPrimary()).command(...command),
      stop: () => group.stop(),
    };
  },
};
