import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
// @ts-expect-error redlock 4 has no types of its own
import UntypedRedlock from 'redlock';
import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { bringBack, stage, takeDown } from '../stage.ts';
import { acquireLock, verrouRelease } from './library-scripts.ts';

/** Much longer than the tests take, so that no lock ends by itself. */
const ttlMs = 60_000;
const config = { appendonly: 'yes', appendfsync: 'always' };
const script =
  'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end';

const take = (client: Redis, token: string) => client.set('cart', token, 'PX', ttlMs, 'NX');

it('a lock that redlock could not release in an outage is free when Redis is back', async () => {
  const played = await stage({ config });
  const Redlock = UntypedRedlock as new (
    clients: unknown[],
    options: object,
  ) => {
    on(event: 'clientError', listener: () => void): unknown;
    lock(name: string, ttlMs: number): Promise<{ unlock(): Promise<void> }>;
  };
  const locks = new Redlock([played.resilience.client], { retryCount: 0 });
  locks.on('clientError', () => undefined);
  const held = await locks.lock('cart', ttlMs);
  await takeDown(played);
  await expect(held.unlock()).rejects.toThrow(/^Unable to fully release/);
  await bringBack(played);
  await (await locks.lock('cart', ttlMs)).unlock();
});

it('a lock whose release is a script of defineCommand is free when Redis is back', async () => {
  const played = await stage({ config });
  const client = played.resilience.client as Redis;
  const token = randomUUID();
  client.defineCommand('unlock', { numberOfKeys: 1, lua: script });
  const unlock = async (): Promise<unknown> => Reflect.get(client, 'unlock').call(client, 'cart', token);
  await take(client, token);
  await expect(unlock()).resolves.toBe(1);
  await take(client, token);
  await takeDown(played);
  await expect(unlock()).rejects.toMatchObject({ outcome: 'not-applied' });
  await bringBack(played);
  await client.ping();
  expect(await client.get('cart')).toBeNull();
});

// Each lock of verrou has a token of `Math.random().toString(36).slice(2)`.
it('a lock of verrou that was not released in an outage is free when Redis is back', async () => {
  const played = await stage({ config });
  const client = played.resilience.client as Redis;
  await take(client, 'k3x9f2m7qpa');
  await takeDown(played);
  await expect(client.eval(verrouRelease, 1, 'cart', 'k3x9f2m7qpa')).rejects.toMatchObject({
    outcome: 'not-applied',
  });
  await bringBack(played);
  await client.ping();
  expect(await client.get('cart')).toBeNull();
});

it.each([
  ['is free if execute() took it', `execute:${randomUUID()}`, 0],
  ['stays if the application chose its owner', `cart:${randomUUID()}`, 1],
])('a lock of Medusa that was taken late %s', async (_, owner, left) => {
  const { server, resilience } = await stage({ config }, { timeoutMs: 300 });
  const client = resilience.client as Redis;
  client.defineCommand('acquireLock', { numberOfKeys: 1, lua: acquireLock });
  const acquire = async (key: string, by: string): Promise<unknown> =>
    Reflect.get(client, 'acquireLock').call(client, key, by, 60, 'true');
  await acquire('other', 'somebody');
  await server.freeze();
  await expect(acquire('cart', owner)).rejects.toMatchObject({ outcome: 'unknown' });
  server.thaw();
  await resilience.ready();
  await client.ping();
  expect(await server.command('EXISTS', 'cart')).toBe(left);
  expect(await server.command('EXISTS', 'other')).toBe(1);
});

it('a lock whose release was lost with a frozen server is free when another one is started', async () => {
  const played = await stage({ config }, { timeoutMs: 300 });
  const { server, resilience } = played;
  const client = resilience.client as Redis;
  const token = randomUUID();
  await take(client, token);
  await server.freeze();
  await expect(client.eval(script, 1, 'cart', token)).rejects.toMatchObject({ outcome: 'unknown' });
  await takeDown(played);
  await bringBack(played);
  await waitFor(async () => (await server.command('EXISTS', 'cart')) === 0);
});

it('a lock that is taken again with the same token after the outage is not released', async () => {
  const played = await stage({ config });
  const client = played.resilience.client as Redis;
  const token = randomUUID();
  await take(client, token);
  await takeDown(played);
  await expect(client.eval(script, 1, 'cart', token)).rejects.toMatchObject({ outcome: 'not-applied' });
  await bringBack(played);
  expect(await take(client, token)).toBe('OK');
  await client.ping();
  expect(await client.get('cart')).toBe(token);
});

it('a lock of somebody else is not released', async () => {
  const played = await stage({ config });
  const { server, resilience } = played;
  const client = resilience.client as Redis;
  await take(client, randomUUID());
  await takeDown(played);
  await expect(client.eval(script, 1, 'cart', randomUUID())).rejects.toMatchObject({
    outcome: 'not-applied',
  });
  await bringBack(played);
  await client.ping();
  expect(await server.command('EXISTS', 'cart')).toBe(1);
});

it('a release that was refused because Redis was taken out of use by hand is not sent later', async () => {
  const { resilience } = await stage({ config });
  const client = resilience.client as Redis;
  const token = randomUUID();
  await take(client, token);
  const putBack = resilience.isolate('test');
  await expect(client.eval(script, 1, 'cart', token)).rejects.toMatchObject({ reason: 'isolated' });
  putBack();
  await client.ping();
  expect(await client.get('cart')).toBe(token);
});
