import 'reflect-metadata';
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import { Queue, type Job } from 'bullmq';
import { firstValueFrom } from 'rxjs';
import { nestBullConnection } from '@redis-resilience/fallback/queues';
import type { Subject } from '../subject.js';

const quiet = { logger: false } as const;

/** @nestjs/bullmq: a queue and a processor. */
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

/** The Redis transport of @nestjs/microservices: requests to a service and their answers. */
export const transport: Subject = async (stage) => {
  const { host, port } = stage;
  const options = {
    transport: Transport.REDIS,
    options: { host, port, retryAttempts: 1000, retryDelay: 100 },
  } as const;
  class Math {
    double(i: number): number {
      return i * 2;
    }
  }
  Controller()(Math);
  MessagePattern('double')(
    Math.prototype,
    'double',
    Object.getOwnPropertyDescriptor(Math.prototype, 'double')!,
  );
  class App {}
  Module({ imports: [ClientsModule.register([{ name: 'MATH', ...options }])], controllers: [Math] })(App);
  const app: INestApplication = await NestFactory.create(App, quiet);
  app.connectMicroservice(options);
  await app.startAllMicroservices();
  await app.init();
  const client = app.get<ClientProxy>('MATH');
  return {
    everyMs: 20,
    call: async (i) => {
      await firstValueFrom(client.send<number>('double', i));
      return 'done';
    },
    close: () => app.close(),
  };
};
