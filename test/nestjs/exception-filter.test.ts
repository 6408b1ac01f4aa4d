import 'reflect-metadata';
import { EventEmitter, once } from 'node:events';
import { Controller, Module, type ArgumentsHost } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { RedisUnavailableError } from '@redis-resilience/core';
import {
  RedisExceptionFilter,
  RedisResilienceModule,
  RedisState,
  RequestGuard,
  RequireRedis,
} from '@redis-resilience/nestjs';
import { freePort } from '@redis-resilience/testing';
import { firstValueFrom, timeout } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';

@Controller()
class Orders {
  @MessagePattern('count')
  count(@RedisState() { client }: RequestGuard) {
    return client.get('orders');
  }

  @RequireRedis('write')
  @MessagePattern('place')
  place() {
    return true;
  }
}

it.each(['count', 'place'])(
  'a client of a microservice gets problem details for "%s" while Redis is down',
  async (pattern) => {
    const [redisPort, port] = [await freePort(), await freePort()];
    @Module({
      imports: [RedisResilienceModule.forRoot({ url: `redis://127.0.0.1:${redisPort}`, logger: false })],
      controllers: [Orders],
      providers: [{ provide: APP_FILTER, useClass: RedisExceptionFilter }],
    })
    class OrdersModule {}
    const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
    const service = await NestFactory.createMicroservice(OrdersModule, { ...transport, logger: false });
    onTestFinished(() => service.close());
    await service.listen();
    const client = ClientProxyFactory.create(transport);
    onTestFinished(() => client.close());

    await expect(firstValueFrom(client.send(pattern, {}).pipe(timeout(3000)))).rejects.toMatchObject({
      status: 503,
      code: 'REDIS_UNAVAILABLE',
      outcome: 'not-applied',
    });
  },
);

it('a client of a WebSocket gateway gets problem details as the event "exception"', async () => {
  const client = new EventEmitter();
  const host = { getType: () => 'ws', switchToWs: () => ({ getClient: () => client }) };
  const exception = once(client, 'exception');
  const error = new RedisUnavailableError('down', { outcome: 'not-applied' });
  new RedisExceptionFilter(new HttpAdapterHost()).catch(error, host as unknown as ArgumentsHost);
  expect(await exception).toMatchObject([{ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' }]);
});

it('GraphQL gets the error itself', () => {
  const host = { getType: () => 'graphql' } as unknown as ArgumentsHost;
  const error = new RedisUnavailableError('down', { outcome: 'not-applied' });
  const filter = new RedisExceptionFilter(new HttpAdapterHost());
  expect(() => filter.catch(error, host)).toThrow(error);
});
