import 'reflect-metadata';
import { Controller, Get, Module, Post, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import {
  REDIS_GUARD_OPTIONS,
  RedisExceptionFilter,
  RedisGuardInterceptor,
  RedisHealthEndpointsModule,
  RedisResilienceModule,
  RedisState,
  RequestGuard,
  RequireRedis,
  UseRedisGuard,
} from '@redis-resilience/nestjs';
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

@Controller()
class ContractController {
  @Get('state')
  state(@RedisState() guard: RequestGuard) {
    return stateOf(guard);
  }

  @Get('fallback')
  fallback(@RedisState() guard: RequestGuard) {
    return readOrFallBack(guard);
  }

  @Get('plain')
  plain(@RedisState() guard: RequestGuard) {
    return readPlainly(guard);
  }

  @Get('twenty-reads')
  twentyReads(@RedisState() guard: RequestGuard) {
    return readTwentyTimes(guard);
  }

  @Get('lease')
  lease(@RedisState() guard: RequestGuard) {
    return lease(guard);
  }

  @Get('twenty-leases')
  twentyLeases(@RedisState() guard: RequestGuard) {
    return leaseTwentyTimes(guard);
  }

  @Post('writes')
  @RequireRedis('write')
  write(@RedisState() guard: RequestGuard) {
    return write(guard);
  }

  @Get('broken')
  broken() {
    return breakDown();
  }
}

@Module({})
class ContractModule {
  static for({ url, critical = false, policy = {} }: ContractSetting): DynamicModule {
    return {
      module: ContractModule,
      imports: [RedisResilienceModule.forRoot({ url }), RedisHealthEndpointsModule.forRoot({ critical })],
      controllers: [ContractController],
      providers: [
        { provide: APP_FILTER, useClass: RedisExceptionFilter },
        { provide: REDIS_GUARD_OPTIONS, useValue: policy },
        { provide: APP_INTERCEPTOR, useClass: RedisGuardInterceptor },
      ],
    };
  }
}

/** Starts the application for the contract tests on a given Nest platform. */
export function nestAdapter(platform: () => AbstractHttpAdapter): AdapterUnderTest {
  return {
    async start(setting) {
      const options = { logger: false, abortOnError: false, forceCloseConnections: true } as const;
      const app = await NestFactory.create(ContractModule.for(setting), platform(), options);
      await app.listen(0, '127.0.0.1');
      return { origin: await app.getUrl(), close: () => app.close() };
    },
    misuses: [
      [
        /@UseRedisGuard\.budgetMS does not exist\. Did you mean budgetMs\?/,
        () => UseRedisGuard({ budgetMS: 1 } as object),
      ],
      [/@UseRedisGuard\.mode must be one of/, () => UseRedisGuard({ mode: 'refuse' as never })],
      [
        /RedisHealthEndpointsModule\.critcal does not exist/,
        () => RedisHealthEndpointsModule.forRoot({ critcal: true } as object),
      ],
      [/@RequireRedis\.lane must be one of/, () => RequireRedis('writes' as never)],
      [/@RequireRedis\.conection does not exist/, () => RequireRedis({ conection: 'a' } as object)],
    ],
  };
}
