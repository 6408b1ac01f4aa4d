import { setTimeout as pass } from 'node:timers/promises';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import express from 'express';
import Koa from 'koa';

/** Returns the message of the error that a call throws or rejects with. */
export async function thrown(mistake: () => unknown): Promise<string> {
  try {
    await mistake();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The mistake was accepted.');
}

/** Like {@link thrown}, but passes a RedisResilience to the mistake. */
export function thrownWith(mistake: (resilience: RedisResilience) => unknown): Promise<string> {
  return withResilience((resilience) => thrown(() => mistake(resilience)));
}

export async function withResilience(use: (resilience: RedisResilience) => Promise<string>): Promise<string> {
  const resilience = createRedisResilience('redis://localhost:6379', { name: 'cache', logger: false });
  try {
    return await use(resilience);
  } finally {
    await resilience.close();
  }
}

/** Returns the line that core logs for the operator, with port 6379, which the page shows, instead of the real port. */
export async function operatorLine(urlOf: (port: number) => string, isServed: boolean): Promise<string> {
  await using server = isServed ? await startRedis({ password: 'secret' }) : undefined;
  const port = server?.port ?? (await freePort());
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const logger = { info: log, warn: log, error: log };
  const resilience = createRedisResilience(urlOf(port), { logger });
  await waitFor(() => lines.length > 0);
  await resilience.close();
  return (lines[0] ?? '').replace(String(port), '6379');
}

/** Returns the message of the error that reaches the error handlers of an Express application. */
export async function handled(mount: (app: express.Express) => void): Promise<string> {
  const app = express();
  let message = '';
  mount(app);
  app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    message = error.message;
    res.sendStatus(500);
  });
  const server = app.listen(0);
  while (!server.listening) await pass(5);
  const address = server.address() as { port: number };
  await fetch(`http://127.0.0.1:${address.port}/readyz`);
  server.close();
  return message;
}

/** Returns the message of the error that reaches the error handlers of a Koa application. */
export async function handledByKoa(mount: (app: Koa) => void): Promise<string> {
  const app = new Koa();
  let message = '';
  app.on('error', (error: Error) => (message = error.message));
  mount(app);
  const server = app.listen(0);
  while (!server.listening) await pass(5);
  const address = server.address() as { port: number };
  await fetch(`http://127.0.0.1:${address.port}/`);
  server.close();
  return message;
}
