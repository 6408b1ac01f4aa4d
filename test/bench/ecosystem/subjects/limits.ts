import fastifyLimit from '@fastify/rate-limit';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import fastify from 'fastify';
import { RedisStore } from 'rate-limit-redis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { resilientLimiter, resilientRateLimitStore, sendCommandOf } from '@redis-resilience/fallback/limits';
import type { Stage, Subject } from '../subject.js';

type SendCommand = ReturnType<typeof sendCommandOf>;

/** express-rate-limit on rate-limit-redis. */
export const expressLimit: Subject = async (stage) => {
  const plain: SendCommand = (name = '', ...rest) => stage.client.call(name, ...rest) as never;
  const redis = new RedisStore({
    sendCommand: stage.way === 'helper' ? sendCommandOf(stage.resilience) : plain,
  });
  const store =
    stage.way === 'helper' ? resilientRateLimitStore(redis, stage.resilience, { whenAway: 'closed' }) : redis;
  const app = express();
  app.use(rateLimit({ windowMs: 60_000, limit: 1e9, store: store as never, validate: false }));
  app.get('/', (_req, res) => void res.send('ok'));
  app.use(
    ((error, _req, res, _next) => void res.status(error.status ?? 500).end()) as express.ErrorRequestHandler,
  );
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  return {
    call: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
      if (answer.status !== 200) throw new Error(String(answer.status));
      return 'done';
    },
    close: async () => server.close(),
  };
};

/** rate-limiter-flexible. */
export const flexible: Subject = (stage) => {
  const limiter = new RateLimiterRedis({ storeClient: stage.client, points: 1e9, duration: 60 });
  const used = stage.way === 'helper' ? resilientLimiter(limiter, stage.resilience) : limiter;
  return {
    call: async () => {
      await used.consume('somebody');
      return 'done';
    },
    close: () => Promise.resolve(),
  };
};

/** @fastify/rate-limit, which lets requests through while Redis is down. */
export const fastifyRateLimit: Subject = async (stage) => {
  const app = fastify();
  await app.register(fastifyLimit, {
    max: 1e9,
    redis: stage.client,
    skipOnError: true,
  });
  app.get('/', () => 'ok');
  await app.ready();
  return {
    call: async () => {
      const answer = await app.inject('/');
      if (answer.statusCode !== 200) throw new Error(String(answer.statusCode));
      return (await isCounted(stage, answer)) ? 'done' : 'fallback';
    },
    close: () => app.close(),
  };
};

function isCounted(_stage: Stage, answer: { headers: Record<string, unknown> }): Promise<boolean> {
  return Promise.resolve('x-ratelimit-remaining' in answer.headers);
}
