import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  Module,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory, Reflector, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { OutcomeUnknownError } from '@redis-resilience/core';
import {
  RedisExceptionFilter,
  RedisFallback,
  RedisHealthEndpointsModule,
  RedisResilienceModule,
  RedisState,
  RequestGuard,
  RequireRedis,
  UseRedisGuard,
} from '@redis-resilience/nestjs';
import { waitFor } from '@redis-resilience/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { useRedisServers } from './redis-servers.ts';

const Public = () => SetMetadata('public', true);

/** A global guard of the usual kind: every route requires authentication unless it is marked as public. */
@Injectable()
class Authentication implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return (
      new Reflector().getAllAndOverride<boolean>('public', [context.getHandler(), context.getClass()]) ??
      false
    );
  }
}

@Public()
@RequireRedis({ connection: 'sessions' })
@Controller()
class RoutesController {
  @Get('sessions')
  sessions(@RedisState('sessions') sessions: RequestGuard, @RedisState() cache: RequestGuard) {
    return { sessions: sessions.status, cache: cache.status };
  }

  @Get('cache')
  @RequireRedis({ connection: 'default', lane: 'write' })
  @UseRedisGuard({ noStore: true, connection: 'sessions' })
  cache() {
    return { served: true };
  }

  @RedisFallback({ value: { served: 'fallback' } })
  @Get('fallback')
  @RequireRedis('read')
  fallback() {
    throw new OutcomeUnknownError('x', { outcome: 'unknown' });
  }

  @Get('unknown')
  @RequireRedis('read')
  unknown() {
    throw Object.assign(new Error('of another copy of core'), {
      [Symbol.for('redis-resilience.error')]: true,
      code: 'OUTCOME_UNKNOWN',
      outcome: 'unknown',
    });
  }
}

const servers = useRedisServers(2);
let close: (() => Promise<void>) | undefined;
let origin: string;

afterEach(async () => {
  await close?.();
  close = undefined;
});

async function start(
  platform: AbstractHttpAdapter,
  { critical = ['sessions'], filters = [RedisExceptionFilter] }: Setting = {},
): Promise<void> {
  @Module({
    imports: [
      RedisResilienceModule.forRoot({ url: servers[0]?.url as string }),
      RedisResilienceModule.forRoot({ url: servers[1]?.url as string, name: 'sessions' }),
      RedisHealthEndpointsModule.forRoot({ critical, paths: { ready: '/ready' }, decorators: [Public()] }),
    ],
    controllers: [RoutesController],
    providers: [
      { provide: APP_GUARD, useClass: Authentication },
      ...filters.map((useClass) => ({ provide: APP_FILTER, useClass })),
    ],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, platform, {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  close = () => app.close();
  await app.listen(0, '127.0.0.1');
  origin = await app.getUrl();
  await waitFor(async () => (await get('/health/redis')).body.status === 'pass');
}

interface Setting {
  readonly critical?: readonly string[];
  readonly filters?: readonly (typeof RedisExceptionFilter)[];
}

async function get(path: string) {
  const response = await fetch(`${origin}${path}`, { headers: { connection: 'close' } });
  const body = (await response.json()) as Body;
  return { status: response.status, headers: response.headers, body };
}

interface Body {
  readonly status?: string;
  readonly checks: Record<string, readonly [{ readonly redis: { readonly status: string } }]>;
}

async function takeDown(index: number, key: string): Promise<void> {
  await servers[index]?.kill();
  await waitFor(async () => (await get('/health/redis')).body.checks[key]?.[0].redis.status === 'down');
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter({ forceCloseConnections: true })],
] as const)('NestJS on %s', (_name, platform) => {
  it('judges each connection by its name', async () => {
    await start(platform());
    expect((await get('/sessions')).body).toEqual({ sessions: 'up', cache: 'up' });
    await takeDown(0, 'redis-default');
    expect((await get('/sessions')).body).toEqual({ sessions: 'up', cache: 'down' });
    expect((await get('/cache')).status).toBe(503);
    expect((await get('/ready')).status).toBe(200);
    await servers[0]?.start();
    await takeDown(1, 'redis-sessions');
    expect(await get('/sessions')).toMatchObject({ status: 503, body: { connection: 'sessions' } });
    expect((await get('/ready')).status).toBe(503);
    await waitFor(async () => (await get('/cache')).status === 200);
    expect((await get('/cache')).headers.get('cache-control')).toBe('no-store');
  });

  it('answers an unknown outcome without an invitation to repeat', async () => {
    await start(platform());
    const answer = await get('/unknown');
    expect(answer).toMatchObject({ status: 503, body: { code: 'OUTCOME_UNKNOWN', outcome: 'unknown' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  it('refuses with Retry-After and problem details also without the exception filter', async () => {
    await start(platform(), { filters: [] });
    await takeDown(1, 'redis-sessions');
    const answer = await get('/sessions');
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'REDIS_UNAVAILABLE', connection: 'sessions' },
    });
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('keeps a route whose method has a fallback', async () => {
    await start(platform());
    expect(await get('/fallback')).toMatchObject({ status: 200, body: { served: 'fallback' } });
  });

  it('does not boot with a critical connection that does not exist', async () => {
    await expect(start(platform(), { critical: ['sesions'] })).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining('Did you mean sessions?'),
    });
  });
});
