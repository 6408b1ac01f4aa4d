import 'reflect-metadata';
import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Module, UseInterceptors, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createCache } from '@redis-resilience/fallback/cache';
import { REDIS_CACHE, REDIS_CACHE_OPTIONS, RedisCacheInterceptor } from '@redis-resilience/fallback/nestjs';
import { makeCertificates, type Certificates } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { stage } from '../stage.ts';

let handled = 0;

@Controller()
@UseInterceptors(RedisCacheInterceptor)
class Account {
  @Get('account') account() {
    return { handled: ++handled };
  }
}

async function start(platform: 'express' | 'fastify', { ca, cert, key }: Certificates): Promise<string> {
  const { resilience } = await stage();
  @Module({
    controllers: [Account],
    providers: [
      { provide: REDIS_CACHE, useFactory: () => createCache(resilience) },
      { provide: REDIS_CACHE_OPTIONS, useValue: { varyBy: ['x-tenant-id'] } },
    ],
  })
  class App {}
  const https = { ca, cert, key, requestCert: true, rejectUnauthorized: false };
  const app: INestApplication =
    platform === 'express'
      ? await NestFactory.create(App, { logger: false, httpsOptions: https })
      : await NestFactory.create(App, new FastifyAdapter({ https }), { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

it.each(['express', 'fastify'] as const)(
  'the cache interceptor on %s never shares the response to a client certificate, whatever varyBy names',
  async (platform) => {
    await using certificates = await makeCertificates();
    const { ca, cert, key } = certificates;
    const url = await start(platform, certificates);
    const visit = async (certificate: object) => {
      const options = { ca, ...certificate, agent: false, headers: { 'x-tenant-id': 'one' } } as const;
      const [response] = (await once(request(`${url}/account`, options).end(), 'response')) as [
        IncomingMessage,
      ];
      return JSON.parse(await text(response)) as { handled: number };
    };
    const stranger = await visit({});
    expect(await visit({})).toEqual(stranger);
    const known = await visit({ cert, key });
    expect(known).not.toEqual(stranger);
    expect(await visit({ cert, key })).not.toEqual(known);
  },
);
