import 'reflect-metadata';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheck, HealthCheckService, TerminusModule, HealthIndicatorService } from '@nestjs/terminus';
import { RedisResilienceModule, RedisResilienceRegistry } from '@redis-resilience/nestjs';
import { RedisHealthIndicator, RedisHealthModule } from '@redis-resilience/nestjs/terminus';
import { waitFor } from '@redis-resilience/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downSnapshot, resilienceWith, snapshotOf } from '../core/http/snapshot-of.ts';
import { useRedisServers } from './redis-servers.ts';

@Controller()
class HealthController {
  readonly #health: HealthCheckService;
  readonly #redis: RedisHealthIndicator;

  constructor(
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(RedisHealthIndicator) redis: RedisHealthIndicator,
  ) {
    this.#health = health;
    this.#redis = redis;
  }

  @Get('optional')
  @HealthCheck()
  optional() {
    return this.#health.check([() => this.#redis.isHealthy('redis')]);
  }

  @Get('critical')
  @HealthCheck()
  critical() {
    return this.#health.check([() => this.#redis.isHealthy('redis', { critical: true })]);
  }

  @Get('unknown')
  @HealthCheck()
  unknown() {
    return this.#health.check([() => this.#redis.isHealthy('redis', { connection: 'sesions' })]);
  }
}

const servers = useRedisServers(1);
let close: () => Promise<void>;
let origin: string;

beforeEach(async () => {
  const connection = RedisResilienceModule.forRoot({ url: servers[0]?.url as string });
  @Module({
    imports: [connection, TerminusModule.forRoot({ logger: false }), RedisHealthModule],
    controllers: [HealthController],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  origin = await app.getUrl();
  close = () => app.close();
  await waitFor(async () => (await get('critical')).status === 200);
});
afterEach(() => close());

async function get(path: string) {
  const response = await fetch(`${origin}/${path}`);
  return { status: response.status, body: await response.json() };
}

// Terminus 11 has no status `degraded`.
const knowsDegraded = 'degraded' in new HealthIndicatorService().check('any');

describe('RedisHealthIndicator on Terminus', () => {
  it('is up', async () => {
    expect(await get('optional')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { redis: { status: 'up', state: 'up', reads: true, writes: true } } },
    });
  });

  it('is degraded while an optional Redis is down, and down while a critical one is', async () => {
    await servers[0]?.kill();
    await waitFor(async () => (await get('critical')).status === 503);
    expect(await get('critical')).toMatchObject({
      body: {
        status: 'error',
        details: { redis: { status: 'down', state: 'down', message: expect.any(String) } },
      },
    });
    expect(await get('optional')).toMatchObject({
      status: 200,
      body: knowsDegraded
        ? { status: 'degraded', details: { redis: { status: 'degraded', state: 'down' } } }
        : { status: 'ok', details: { redis: { status: 'up', state: 'down' } } },
    });
    await servers[0]?.start();
    await waitFor(async () => (await get('critical')).status === 200);
  });

  it('is down, and names what is wrong, when there is no such connection', async () => {
    expect(await get('unknown')).toMatchObject({
      status: 503,
      body: { details: { redis: { status: 'down', message: expect.stringMatching(/sesions.*default/) } } },
    });
  });
});

describe('RedisHealthIndicator on Terminus 11, which knows no degraded', () => {
  const session = {
    up: (data: object) => ({ redis: { status: 'up', ...data } }),
    down: (data: object) => ({ redis: { status: 'down', ...data } }),
  };
  const health = { check: () => session } as unknown as HealthIndicatorService;

  function indicatorOf(snapshot = snapshotOf()): RedisHealthIndicator {
    const registry = new RedisResilienceRegistry();
    registry.add('default', { ...resilienceWith(snapshot), close: async () => {} } as never);
    return new RedisHealthIndicator(health, registry);
  }

  it.each([
    ['up', snapshotOf(), false, 'up'],
    ['degraded', downSnapshot({ status: 'degraded' }), true, 'up'],
    ['down', downSnapshot(), false, 'up'],
    ['down and critical', downSnapshot(), true, 'down'],
  ] as const)('answers a Redis that is %s', (_case, snapshot, critical, status) => {
    const { redis } = indicatorOf(snapshot).isHealthy('redis', { critical });
    expect(redis).toMatchObject({ status, state: snapshot.status });
  });
});

it.each([undefined, '', { critical: true }])('a key that is not a name is refused: %j', (key) => {
  const health = { check: () => undefined } as unknown as HealthIndicatorService;
  const indicator = new RedisHealthIndicator(health, new RedisResilienceRegistry());
  expect(() => indicator.isHealthy(key as never)).toThrow(
    "Write isHealthy('redis', { connection, critical }).",
  );
});
