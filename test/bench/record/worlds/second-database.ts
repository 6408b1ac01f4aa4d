import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, startRedis } from '@redis-resilience/testing';
import { networkFaults, serverFaults } from './single.js';
import type { World, WorldFault, WorldKind } from './world.js';

/** Faults that make clients switch to the second database if they last long enough. */
const goesOver: ReadonlySet<string> = new Set(['kill', 'freeze', 'partition', 'refuse']);
const extraMs = 1_000;

/** Two independent servers, each with its own history. */
export const secondDatabase: WorldKind = {
  name: 'second-database',
  label: 'two databases that share nothing',
  faultNames: ['kill', 'freeze', 'partition', 'refuse', 'reset', 'drop', 'kill-the-second'],
  refusalOf: (client) => (client === 'ours' ? undefined : 'it has no second database'),
  async start(): Promise<World> {
    const settings = { appendonly: true, config: { appendfsync: 'always' } } as const;
    const [first, second] = await Promise.all([startRedis(settings), startRedis(settings)]);
    const proxy = await startProxy({ target: first });
    const ofTheFirst = [...serverFaults(first), ...networkFaults([proxy])].map(longer);
    const faults: readonly WorldFault[] = [
      ...ofTheFirst,
      {
        name: 'kill-the-second',
        async run(forMs) {
          await second.kill();
          await delay(forMs);
          await second.start();
        },
      },
    ];
    return {
      databases: ['first', 'second'],
      targetOf: () => ({
        kind: 'single',
        host: proxy.host,
        port: proxy.port,
        second: { host: second.host, port: second.port },
      }),
      faults: faults.filter(({ name }) => secondDatabase.faultNames.includes(name)),
      ask: (command, database) => (database === 'second' ? second : first).command(...command),
      async stop() {
        await proxy.close();
        await Promise.all([first.stop(), second.stop()]);
      },
    };
  },
};

function longer(fault: WorldFault): WorldFault {
  if (!goesOver.has(fault.name)) return fault;
  return { ...fault, run: (forMs, amount, key) => fault.run(forMs + extraMs, amount, key) };
}
