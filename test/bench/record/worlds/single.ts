import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, startRedis } from '@redis-resilience/testing';
import type { World, WorldFault, WorldKind } from './world.js';

/** One server that loses nothing that it acknowledged, behind a network that breaks. */
export const single: WorldKind = {
  name: 'single',
  label: 'one server, appendfsync always',
  async start(): Promise<World> {
    const server = await startRedis({ appendonly: true, config: { appendfsync: 'always' } });
    const proxy = await startProxy({ target: server });
    const faults: readonly WorldFault[] = [
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
      { name: 'reset', run: async () => proxy.reset() },
      {
        name: 'cut-to-server',
        run: async (_, amount) => proxy.cutAfter(Math.floor(amount * 400), { direction: 'toServer' }),
      },
      {
        name: 'cut-to-client',
        run: async (_, amount) => proxy.cutAfter(Math.floor(amount * 100), { direction: 'toClient' }),
      },
      { name: 'drop', run: async () => proxy.blackhole() },
      {
        name: 'partition',
        async run(forMs) {
          proxy.blackhole({ incoming: true });
          await delay(forMs);
          await proxy.heal({ revive: true });
        },
      },
      {
        name: 'refuse',
        async run(forMs) {
          await proxy.refuse({ reset: true });
          await delay(forMs);
          await proxy.accept();
        },
      },
      {
        name: 'trickle',
        async run(forMs, amount) {
          proxy.throttle(200 + amount * 2_000);
          await delay(forMs);
          proxy.throttle(Infinity);
        },
      },
      {
        name: 'latency',
        async run(forMs, amount) {
          proxy.latency(20 + amount * 300);
          await delay(forMs);
          proxy.latency(0);
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
    return {
      target: { kind: 'single', host: proxy.host, port: proxy.port },
      faults,
      ask: (command) => server.command(...command),
      async stop() {
        await proxy.close();
        await server.stop();
      },
    };
  },
};
