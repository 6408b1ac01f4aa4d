import { once } from 'node:events';
import { connect } from 'node:net';
import { startRedis, waitFor } from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';

/** Settings and usage patterns that work today but will cause trouble. */
export async function settings(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis({ config: { 'enable-debug-command': 'yes' } });
  const { url } = server;
  const set = (name: string, value: string | number): Promise<unknown> =>
    server.command('CONFIG', 'SET', name, value);
  await set('timeout', 30);
  await laboratory.check('idle connections are closed', { code: 'idle-timeout', severity: 'warning' }, url);
  await set('timeout', 0);
  await set('tcp-keepalive', 0);
  await laboratory.check('no TCP keepalive', { code: 'tcp-keepalive', severity: 'warning' }, url);
  await set('tcp-keepalive', 300);
  await set('slowlog-log-slower-than', 10_000);
  await server.command('DEBUG', 'SLEEP', '0.15');
  await laboratory.check('slow commands', { code: 'slow-log', severity: 'warning' }, url);
  await server.command('SLOWLOG', 'RESET');
  await backlog(laboratory, server);
}

async function backlog(
  laboratory: Laboratory,
  server: Awaited<ReturnType<typeof startRedis>>,
): Promise<void> {
  await server.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 0 0 0');
  const subscriber = connect(server.port, server.host);
  await once(subscriber, 'connect');
  subscriber.write('SUBSCRIBE news\r\n');
  await once(subscriber, 'data');
  subscriber.pause();
  const message = 'x'.repeat(1024 * 1024);
  await waitFor(async () => {
    await server.command('PUBLISH', 'news', message);
    const list = String(await server.command('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    return Number(/omem=(\d+)/.exec(list)?.[1]) > 12 * 1024 * 1024;
  });
  await laboratory.check(
    'a subscriber that does not read',
    { code: 'client-backlog', severity: 'warning' },
    server.url,
  );
  subscriber.destroy();
}
