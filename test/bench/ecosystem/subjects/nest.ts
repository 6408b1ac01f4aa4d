import 'reflect-metadata';
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ClientsModule, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import { ThrottlerGuard, ThrottlerModule, type ThrottlerStorage } from '@nestjs/throttler';
import { Queue, type Job } from 'bullmq';
import { firstValueFrom } from 'rxjs';
import { nestBullConnection } from '@redis-resilience/fallback/queues';
import { throttlerStorage } from '@redis-resilience/fallback/limits';
import { ResilientRedisClient, ResilientRedisServer } from '@redis-resilience/nestjs/microservices';
import type { Subject } from '../subject.js';

const quiet = { logger: false } as const;

/** @nestjs/bullmq: a queue with a processor. */
export const bullmq: Subject = async (stage) => {
  class Mails extends WorkerHost {
    override async process({ data }: Job<{ i: number }>): Promise<void> {
      stage.done(data.i);
    }
  }
  Processor('mails', { concurrency: 4, lockDuration: 2000, stalledInterval: 2000 })(Mails);
  class App {}
  Module({
    imports: [BullModule.forRoot(optionsOf(stage)), BullModule.registerQueue({ name: 'mails' })],
    providers: [Mails],
  })(App);
  const app = await NestFactory.createApplicationContext(App, quiet);
  const queue = app.get<Queue>('BullQueue_mails');
  queue.on('error', () => undefined);
  app.get(Mails).worker.on('error', () => undefined);
  return {
    call: async (i) => {
      await queue.add('job', { i }, { jobId: `j${i}` });
      return 'accepted';
    },
    close: () => app.close(),
  };
};

function optionsOf({ way, host, port, client, resilience }: Parameters<Subject>[0]) {
  if (way === 'helper') return nestBullConnection(resilience);
  return { connection: way === 'plain' ? { host, port } : client };
}

/** The Redis transport of @nestjs/microservices: requests to a service, and its responses. */
export const transport: Subject = async (stage) => {
  const { host, port, way, resilience } = stage;
  const options = {
    transport: Transport.REDIS,
    options: { host, port, retryAttempts: 1000, retryDelay: 100 },
  } as const;
  class Sums {
    double(i: number): number {
      return i * 2;
    }
  }
  Controller()(Sums);
  decorate(Sums, 'double', MessagePattern('double'));
  class App {}
  Module({
    imports: [
      ClientsModule.registerAsync([
        {
          name: 'SUMS',
          useFactory: () =>
            way === 'helper'
              ? { customClass: ResilientRedisClient, options: { resilience, timeoutMs: 1500 } }
              : options,
        },
      ]),
    ],
    controllers: [Sums],
  })(App);
  const app: INestApplication = await NestFactory.create(App, quiet);
  app.connectMicroservice(
    way === 'helper' ? { strategy: new ResilientRedisServer({ resilience }) } : options,
  );
  await app.startAllMicroservices();
  await app.init();
  const client = app.get<ClientProxy>('SUMS');
  return {
    everyMs: 20,
    call: async (i) => {
      await firstValueFrom(client.send<number>('double', i));
      return 'done';
    },
    close: () => app.close(),
  };
};

/**
 * The library @nestjs/throttler, configured to reject requests while Redis is unavailable, so that every accepted
 * request was counted in Redis.
 */
export const throttler: Subject = async (stage) => {
  class Shop {
    get(): string {
      return 'open';
    }
  }
  Controller()(Shop);
  decorate(Shop, 'get', Get());
  class App {}
  Module({
    imports: [
      ThrottlerModule.forRoot({
        throttlers: [{ ttl: 60_000, limit: 1e9 }],
        storage:
          stage.way === 'helper'
            ? throttlerStorage(stage.resilience, { whenAway: 'closed' })
            : storageByHand(stage),
      }),
    ],
    controllers: [Shop],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
  })(App);
  const app: INestApplication = await NestFactory.create(App, quiet);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    call: async () => {
      const answer = await fetch(url, { headers: { connection: 'close' } });
      if (answer.status !== 200) throw new Error(String(answer.status));
      return 'done';
    },
    close: () => app.close(),
  };
};

// @nestjs/throttler has no storage for Redis; this is a typical hand-written one.
function storageByHand({ client }: Parameters<Subject>[0]): ThrottlerStorage {
  return {
    async increment(key, ttl, limit) {
      const totalHits = await client.incr(key);
      if (totalHits === 1) await client.pexpire(key, ttl);
      return { totalHits, timeToExpire: ttl / 1000, isBlocked: totalHits > limit, timeToBlockExpire: 0 };
    },
  };
}

function decorate(target: new () => object, name: string, decorator: MethodDecorator): void {
  const prototype = target.prototype as object;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  if (descriptor !== undefined) decorator(prototype, name, descriptor);
}
