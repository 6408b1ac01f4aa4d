import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import type { Express } from 'express';
import type { AdapterUnderTest, ContractSetting } from './adapter-contract.ts';
import {
  breakDown,
  lease,
  leaseTwentyTimes,
  readOrFallBack,
  readPlainly,
  readTwentyTimes,
  stateOf,
  write,
} from './handlers.ts';
import { listen } from './listen.ts';

/** Starts the application for the contract tests on a given version of Express. */
export function expressAdapter(express: () => Express): AdapterUnderTest {
  return {
    async start({ url, critical = false, policy }: ContractSetting) {
      const resilience = createRedisResilience(url);
      const app = express();
      app.set('env', 'test');
      app.use(redisHealth({ resilience, critical }));
      app.use(redisGuard({ resilience, ...policy }));
      app.get('/state', (req, res) => void res.json(stateOf(req.redisGuard)));
      app.get('/fallback', async (req, res) => void res.json(await readOrFallBack(req.redisGuard)));
      app.get('/plain', async (req, res) => void res.json(await readPlainly(req.redisGuard)));
      app.get('/lease', async (req, res) => void res.json(await lease(req.redisGuard)));
      app.get('/twenty-leases', async (req, res) => void res.json(await leaseTwentyTimes(req.redisGuard)));
      app.get('/twenty-reads', async (req, res) => void res.json(await readTwentyTimes(req.redisGuard)));
      app.post('/writes', requireRedis('write'), async (req, res) => {
        res.status(201).json(await write(req.redisGuard));
      });
      app.get('/broken', breakDown);
      app.use(redisErrors());
      return listen(app, resilience);
    },
    misuses: [
      [
        /redisGuard\.budgetMS does not exist\. Did you mean budgetMs\?/,
        () => redisGuard({ budgetMS: 1 } as object),
      ],
      [/redisGuard\.mode must be one of/, () => redisGuard({ mode: 'refuse' as never })],
      [/redisHealth\.critcal does not exist/, () => redisHealth({ critcal: true } as object)],
      [/redisHealth\.paths\.liveness/, () => redisHealth({ paths: { liveness: '/up' } as object })],
      [/requireRedis\.lane must be one of/, () => requireRedis('writes' as never)],
      [/requireRedis\.resilience must be/, () => requireRedis('write', { resilience: {} as never })],
    ],
  };
}
