// A separate process with an application whose first request needs Redis. The application sends its port to the parent
// process as soon as it listens.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [kind, url] = process.argv.slice(2) as ['bare' | 'ours', string];
const get = kind === 'bare' ? await bare() : await ours();
const server = createServer((_, response) => {
  get('greeting').then(
    (value) => response.end(value ?? 'nothing'),
    () => response.writeHead(503).end(),
  );
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));

type Get = (key: string) => Promise<string | null>;

async function bare(): Promise<Get> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  client.on('error', () => undefined);
  return (key) => client.get(key);
}

async function ours(): Promise<Get> {
  const { createRedisResilience } = await import('@redis-resilience/core');
  const { client } = createRedisResilience(url);
  return (key) => client.get(key);
}
