import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { RedisResilience } from '@redis-resilience/core';
import {
  getRedisResilienceToken,
  RedisExceptionFilter,
  RedisHealthEndpointsModule,
  RedisResilienceModule,
} from '@redis-resilience/nestjs';
import { RedisStatusPageModule } from '@redis-resilience/telemetry/nestjs';
import { ShopController } from './shop.controller.ts';

@Module({
  imports: [
    RedisResilienceModule.forRoot(), // where REDIS_URL says, else redis://localhost:6379
    RedisHealthEndpointsModule.forRoot(), // GET /livez, /readyz, /health/redis
    RedisStatusPageModule.forRootAsync({
      inject: [getRedisResilienceToken()],
      // GET /redis-status; by default in development only
      useFactory: (resilience: RedisResilience) => ({ resilience, enabled: true }),
    }),
  ],
  controllers: [ShopController],
  providers: [
    { provide: APP_FILTER, useClass: RedisExceptionFilter }, // what Redis refused in a request: 503, and why
  ],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks(); // closes Redis last, after every request and module
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
console.log(`The shop is open: ${await app.getUrl()}`);
