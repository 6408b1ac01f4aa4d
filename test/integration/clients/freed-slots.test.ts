import { createRedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';

/** The digest of the script with which Bottleneck 2.19 frees the slot of a job that has ended. */
const freeDigest = 'bc60425feabe5bc26ad7ef67604a9bb0d6c03afb';
const keys = [
  'settings',
  'job_weights',
  'job_expirations',
  'job_clients',
  'client_running',
  'client_num_queued',
  'client_last_registered',
  'client_last_seen',
].map((name) => `b_mails_${name}`);

it('slots that Bottleneck cannot free in an outage are free when Redis is back, and its limiters know', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { timeoutMs: 300 });
  const listener = new Redis(server.url);
  onTestFinished(async () => {
    listener.disconnect();
    await resilience.close({ drainMs: 0 });
  });
  const { client } = resilience;
  const free = (slot: string): Promise<unknown> =>
    client.evalsha(freeDigest, keys.length, ...keys, Date.now(), 'a-client', slot);
  await server.command('HSET', 'b_mails_settings', 'id', 'mails');
  await server.command('HSET', 'b_mails_job_weights', 'sent', '1', 'refused', '1');
  const heard: string[] = [];
  listener.on('message', (channel: string, message: string) => heard.push(`${channel} ${message}`));
  // ioredis 5.7 to 5.11 never becomes ready if it subscribes between `connect` and `ready`.
  await waitFor(() => listener.status === 'ready');
  await listener.subscribe('b_mails');
  await resilience.ready({ timeoutMs: 5000 });

  await server.freeze();
  await expect(free('sent')).rejects.toMatchObject({ outcome: 'unknown' });
  await waitFor(() => !resilience.snapshot().writes);
  await expect(free('refused')).rejects.toMatchObject({ outcome: 'not-applied' });
  await expect(free('unknown')).rejects.toMatchObject({ outcome: 'not-applied' });
  server.thaw();

  await waitFor(() => heard.length === 2);
  expect(heard).toEqual(['b_mails capacity:', 'b_mails capacity:']);
  expect(await server.command('ZRANGE', 'b_mails_job_expirations', '0', '-1', 'WITHSCORES')).toEqual([
    'refused',
    '0',
    'sent',
    '0',
  ]);
});
