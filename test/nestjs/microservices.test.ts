import 'reflect-metadata';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, EventPattern, MessagePattern, type ClientProxy } from '@nestjs/microservices';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { ResilientRedisClient, ResilientRedisServer } from '@redis-resilience/nestjs/microservices';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { firstValueFrom } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../slack.ts';

let greeted = 0;
const asked: number[] = [];
class Sums {
  double(i: number): number {
    asked.push(i);
    return i * 2;
  }
  never(): Promise<number> {
    return new Promise(() => undefined);
  }
  greet(): void {
    greeted++;
  }
}
Controller()(Sums);
for (const [name, decorate] of [
  ['double', MessagePattern('double')],
  ['never', MessagePattern('never')],
  ['greet', EventPattern('greet')],
] as const) {
  decorate(Sums.prototype, name, Object.getOwnPropertyDescriptor(Sums.prototype, name) as never);
}

async function start(resilience: RedisResilience): Promise<{
  app: INestApplication;
  client: ClientProxy;
  ask(pattern: string, of?: number): Promise<number>;
}> {
  class App {}
  Module({
    imports: [
      ClientsModule.registerAsync([
        {
          name: 'SUMS',
          useFactory: () => ({
            customClass: ResilientRedisClient,
            options: { resilience, timeoutMs: 700 + slackMs },
          }),
        },
      ]),
    ],
    controllers: [Sums],
  })(App);
  const app = await NestFactory.create(App, { logger: false, abortOnError: false });
  onTestFinished(() => app.close());
  app.connectMicroservice({ strategy: new ResilientRedisServer({ resilience }) });
  await app.startAllMicroservices();
  await app.init();
  const client = app.get<ClientProxy>('SUMS');
  return { app, client, ask: (pattern, of = 21) => firstValueFrom(client.send<number>(pattern, of)) };
}

/** Default of the option `admission.maxWaitMs`. */
const defaultMaxWaitMs = 250;

it('a microservice starts while Redis is away, answers when it is there, and again after each outage', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.kill();
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { app, client, ask } = await start(resilience);
  // The request must fail like this whether or not the first connection attempt has already failed.
  await expect(ask('double')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' });
  const answers = () =>
    ask('double').then(
      (sum) => sum === 42,
      () => false,
    );
  for (let outage = 1; outage <= 2; outage++) {
    await server.start();
    await waitFor(answers, { timeoutMs: 2000, message: 'an answer' });
    await firstValueFrom(client.emit('greet', {}), { defaultValue: undefined });
    await waitFor(() => greeted === outage);
    const lost = ask('never').catch((error: unknown) => error);
    await ask('double');
    await server.kill();
    await expect(lost).resolves.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await waitFor(() => resilience.snapshot().status === 'down');
    const startedAt = performance.now();
    await expect(ask('double')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(performance.now() - startedAt).toBeLessThan(defaultMaxWaitMs + slackMs);
  }
  const startedAt = performance.now();
  await app.close();
  expect(performance.now() - startedAt).toBeLessThan(slackMs);
});

it('a response that cannot be read fails no request, and ends no process', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { ask } = await start(resilience);
  const stray: unknown[] = [];
  const onStray = (error: unknown): void => void stray.push(error);
  process.on('unhandledRejection', onStray);
  onTestFinished(() => void process.off('unhandledRejection', onStray));
  const waiting = ask('never').catch(() => 'no answer');
  const publish = (text: string): Promise<number> => resilience.client.publish('never.reply', text);
  await waitFor(async () => (await publish('[')) > 0);
  for (const text of ['null', '{"id":{"toString":1}}', '{"id":"__proto__"}']) await publish(text);
  expect(await ask('double')).toBe(42);
  expect([await waiting, stray]).toEqual(['no answer', []]);
});

it('a request that failed before it was sent is not sent when Redis is there', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.freeze();
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { ask } = await start(resilience);
  await expect(ask('double', 1)).rejects.toBeInstanceOf(Error);
  server.thaw();
  await waitFor(
    () =>
      ask('double').then(
        () => true,
        () => false,
      ),
    { timeoutMs: 5_000 },
  );
  expect(asked).toContain(21);
  expect(asked).not.toContain(1);
});

it('a request that nobody answers fails after its time limit', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { ask } = await start(resilience);
  await expect(ask('never')).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' });
});
