import type { AdapterUnderTest } from './adapter-contract.ts';

/** The functions of an adapter that are named the same in Express and Koa. */
interface Functions {
  redisGuard(options: object): unknown;
  redisHealth(options: object): unknown;
  requireRedis(lane: 'write', options?: object): unknown;
}

/** Wrong options of an adapter's functions, and the errors with which they are refused. */
export function misusesOf({ redisGuard, redisHealth, requireRedis }: Functions): AdapterUnderTest['misuses'] {
  return [
    [/redisGuard\.budgetMS does not exist\. Did you mean budgetMs\?/, () => redisGuard({ budgetMS: 1 })],
    [/redisGuard\.mode must be one of/, () => redisGuard({ mode: 'refuse' })],
    [/redisHealth\.critcal does not exist/, () => redisHealth({ critcal: true })],
    [/redisHealth\.paths\.liveness/, () => redisHealth({ paths: { liveness: '/up' } })],
    [/requireRedis\.lane must be one of/, () => requireRedis('writes' as never)],
    [/requireRedis\.resilience must be/, () => requireRedis('write', { resilience: {} })],
  ];
}
