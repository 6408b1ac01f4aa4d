import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createRedisResilience } from '@redis-resilience/core';
import { redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import { redisStatusPage } from '@redis-resilience/telemetry/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { checkPrinted, Finding, secretMark, settledWithin } from './finding.js';
import { HostileServer, valueOf } from './hostile-server.js';
import { pick } from './resp-grammar.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE', 'PRI', 'get', ''];
const paths = [
  '/livez', '/readyz', '/health/redis', '/redis-status', '/redis-status/', '/redis-status/events', '/redis-status/isolate',
  '/redis-status/put-back', '/redis-status/reconnect', '/value/a', '//redis-status', '/redis-status/../value/a', '/health/redis/..%2f',
  'http://stranger.example/redis-status', '*', '/%', '/%00', '/value/%f0%9f', `/${'x'.repeat(9_000)}`,
]; // prettier-ignore
const queries = [
  '',
  '',
  '?',
  '?connection=default',
  '?connection[]=default',
  '?connection=__proto__',
  '?%',
  '?verbose&verbose',
];
const names = [
  'host', 'origin', 'sec-fetch-site', 'x-redis-status-token', 'authorization', 'cookie', 'accept', 'content-length', 'transfer-encoding',
  'connection', 'upgrade', 'x-forwarded-host', 'if-none-match', '__proto__', 'range',
]; // prettier-ignore
const texts = [
  'localhost', '127.0.0.1', 'http://localhost', 'null', 'same-origin', 'cross-site', 'stranger.example', '', ' ', '0', '-1', '999999999',
  'chunked', 'keep-alive', 'close', 'websocket', '*/*', 'text/event-stream', '\u00ff', 'a'.repeat(3_000), '__proto__',
]; // prettier-ignore
const statusLine = /^HTTP\/1\.[01] \d{3} /;

/**
 * Sends malformed requests to the middleware: each must get a response or a closed connection, must reveal no secret,
 * and must have no effect.
 */
export async function fuzzRequests(random: () => number): Promise<number> {
  await using redis = await HostileServer.start();
  const resilience = createRedisResilience(
    { host: redis.host, port: redis.port, password: `${secretMark}password`, keyPrefix: '' },
    { logger: false, timeoutMs: 500 },
  );
  await resilience.ready({ timeoutMs: 5_000 });
  const page = redisStatusPage({ resilience, enabled: true, authorize: () => true });
  const app = express();
  app.use(redisGuard({ resilience, budgetMs: 500 }), redisHealth({ resilience }), page);
  app.get('/value/:key', requireRedis('read'), async (request, response) => {
    response.send(await request.redisGuard.client.get(request.params.key));
  });
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).end();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    for (let tries = 0; tries < 60; tries++) {
      const answer = await answerTo(port, requestOf(random));
      if (answer !== '' && !statusLine.test(answer))
        throw new Finding(`A request was answered by ${JSON.stringify(answer.slice(0, 80))}`);
      checkPrinted('An answer', answer);
      if (/\r\nx-injected/i.test(answer)) throw new Finding('A header was injected into an answer');
      const { cause } = resilience.snapshot();
      if (cause?.code === 'isolated') throw new Finding('A request without a token took Redis out of use');
    }
    const well = await answerTo(
      port,
      'GET /value/well HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
      4_000,
    );
    if (!well.endsWith(valueOf('well')))
      throw new Finding(`A bystander got ${JSON.stringify(well.slice(0, 200))}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await resilience.close({ drainMs: 0 });
  }
  return 60;
}

function requestOf(random: () => number): string {
  const headers = Array.from(
    { length: Math.floor(random() * 5) },
    () => `${pick(random, names)}: ${pick(random, texts)}${random() < 0.05 ? '\r\nx-injected: yes' : ''}`,
  );
  const host = random() < 0.8 ? ['host: localhost'] : [];
  const target = pick(random, paths) + pick(random, queries);
  const head = [`${pick(random, methods)} ${target} HTTP/1.1`, ...host, ...headers, 'connection: close'];
  return `${head.join('\r\n')}\r\n\r\n${random() < 0.2 ? '{"toString":1}' : ''}`;
}

/**
 * Returns everything that the server sent before it closed the connection or paused for `silentMs`, because a
 * stream of events does not end.
 */
async function answerTo(port: number, text: string, silentMs = 100): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setTimeout(silentMs, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  // Not ended: Node discards a response that is still being written if the client has closed its side.
  socket.write(text, 'latin1');
  await settledWithin(
    'A request',
    once(socket, 'close').catch(() => undefined),
    5_000,
  );
  return answer;
}
