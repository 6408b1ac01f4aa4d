import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import type { Express } from 'express';
import type { AdapterUnderTest, ContractSetting } from './adapter-contract.ts';
import { breakDown, reads, write } from './handlers.ts';
import { listen } from './listen.ts';
import { misusesOf } from './misuses.ts';

/** Starts the application for the contract tests on a given version of Express. */
export function expressAdapter(express: () => Express): AdapterUnderTest {
  return {
    async start({ url, critical = false, policy }: ContractSetting) {
      const resilience = createRedisResilience(url);
      const app = express();
      app.set('env', 'test');
      app.use(redisHealth({ resilience, critical }));
      app.use(redisGuard({ resilience, ...policy }));
      for (const [path, read] of Object.entries(reads))
        app.get(path, async (req, res) => void res.json(await read(req.redisGuard)));
      app.post('/writes', requireRedis('write'), async (req, res) => {
        res.status(201).json(await write(req.redisGuard));
      });
      app.get('/broken', breakDown);
      app.use(redisErrors());
      return listen(app, resilience);
    },
    misuses: misusesOf({ redisGuard, redisHealth, requireRedis }),
  };
}
