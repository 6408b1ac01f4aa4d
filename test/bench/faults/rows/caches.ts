import { startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLoop } from '../call-loop.js';
import { observeOutage } from '../outage.js';
import type { Row } from '../row.js';
import { cacheStacks, cacheTtlMs, type ReadThrough } from '../stacks/cache-stacks.js';
import { Source } from '../stacks/source.js';
import { killFor } from './setting.js';

const products = 300;

/** Rows of the fault table about a cache in front of a database that could not serve all reads without it. */
export const caches: readonly Row<ReadThrough>[] = [
  {
    name: 'cache',
    title: 'Read-through cache: killed for 3 s',
    what: `A lookup every 2 ms of one of ${products} products, some more popular than others, each with a ttl of ${cacheTtlMs / 1_000} s. The source runs at most 5 loads of 20 ms at a time; further loads wait for at most 1 s. kill -9 of the server, which comes back empty.`,
    weight: 2,
    timeoutMs: 45_000,
    maxRepetitions: 2,
    stacks: cacheStacks,
    async run(stage) {
      await using server = await startRedis();
      const cache = stage.connect({ kind: 'single', host: server.host, port: server.port });
      const source = new Source();
      let outdated = 0;
      const look = async (id: number): Promise<void> => {
        const product = await cache.lookup(`product:${id}`, () => source.load(id));
        if (product.id !== id) throw new Error('Not what was asked for');
        // A cache may add some jitter to the time to live.
        if (performance.now() - product.loadedAt > cacheTtlMs * 1.25) outdated++;
      };
      await warmUp(look);
      const loop = new CallLoop(() => look(Math.floor(products * stage.random() ** 2)), 2);
      await delay(1_500 + stage.random() * 300);
      source.forgetMost();
      const before = outdated;
      const outage = await killFor(stage, server, 3_000);
      const figures = await observeOutage(loop, outage, { recoveryMs: 8_000 });
      return { figures: { ...figures, mostLoads: source.mostAtOnce, outdated: outdated - before } };
    },
  },
];

async function warmUp(look: (id: number) => Promise<void>): Promise<void> {
  const ids = Array.from({ length: products }, (_, id) => id);
  const next = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) await look(id);
  };
  await Promise.all([next(), next(), next()]);
}
