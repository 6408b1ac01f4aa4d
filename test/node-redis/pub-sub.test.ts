import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportedProtocols } from '../integration/stage/supported-protocols.ts';
import type { Client } from './contract/call-case.ts';
import { eventsOf, front } from './stage.ts';

const resp3 = supportedProtocols.filter((version) => version === 3);

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/**
 * Creates a node-redis client on top of a protected connection, and a duplicate of it, with this version of
 * the protocol.
 */
async function pair(RESP: 2 | 3): Promise<{ client: Client; subscriber: Client }> {
  const { client } = await front(server.url, {}, { RESP });
  const subscriber = client.duplicate();
  await subscriber.connect();
  return { client, subscriber: subscriber as unknown as Client };
}

describe.each(supportedProtocols)('subscriptions on RESP%d', (RESP) => {
  it('hear channels, patterns and shard channels, as text and as bytes', async () => {
    const { client, subscriber } = await pair(RESP);
    const heard: unknown[] = [];
    const note = (kind: string) => (message: unknown, channel: unknown) =>
      heard.push([kind, message, channel]);
    await subscriber.subscribe(['news', 'sport'], note('text'));
    await subscriber.subscribe('news', note('bytes'), true);
    await subscriber.pSubscribe('n*', note('pattern'));
    await subscriber.sSubscribe('shard', note('shard'));
    expect(subscriber.isPubSubActive).toBe(true);
    await client.publish('news', 'hello');
    await client.sPublish('shard', 'there');
    await waitFor(() => heard.length === 4);
    expect(heard).toEqual(
      expect.arrayContaining([
        ['text', 'hello', 'news'],
        ['bytes', Buffer.from('hello'), Buffer.from('news')],
        ['pattern', 'hello', 'news'],
        ['shard', 'there', 'shard'],
      ]),
    );
    expect(await subscriber.ping()).toBe(RESP === 3 ? 'PONG' : 'pong');
    subscriber.destroy();
  });

  it('end one listener, one channel, or all of a kind, and every call settles', async () => {
    const { client, subscriber } = await pair(RESP);
    const heard: string[] = [];
    const [one, two] = [
      (text: string) => heard.push(`one ${text}`),
      (text: string) => heard.push(`two ${text}`),
    ];
    await subscriber.subscribe(['a', 'b'], one);
    await subscriber.subscribe('a', two);
    await subscriber.pSubscribe('a*', one);
    await subscriber.unsubscribe('a', one);
    await client.publish('a', '1');
    await subscriber.unsubscribe();
    await subscriber.unsubscribe();
    await client.publish('a', '2');
    await subscriber.pUnsubscribe();
    await client.publish('a', '3');
    await waitFor(() => heard.length === 3);
    expect(heard).toEqual(['two 1', 'one 1', 'one 2']);
    expect([subscriber.isPubSubActive, await subscriber.get('nothing')]).toEqual([false, null]);
    subscriber.destroy();
  });
});

describe('subscriptions', () => {
  it.each(resp3)('of a client that shares its connection leave that to others', async (RESP) => {
    const { resilience, client } = await front(server.url, {}, { RESP });
    const heard: string[] = [];
    await client.subscribe('shared', (message) => heard.push(message));
    expect(await resilience.client.set('still', 'free')).toBe('OK');
    await client.publish('shared', 'hello');
    await waitFor(() => heard.length === 1);
    await client.unsubscribe('shared');
    await client.close();
  });

  it('are back before ready is emitted', async () => {
    const { client } = await front(server.url);
    const heard: string[] = [];
    await client.subscribe('again', (message) => heard.push(message));
    const events = eventsOf(client);
    const ready = new Promise<void>((resolve) => {
      client.once('ready', () => void server.command('PUBLISH', 'again', 'first').then(() => resolve()));
    });
    await server.restart();
    await ready;
    await waitFor(() => heard.length > 0);
    expect(heard).toEqual(['first']);
    expect(events.filter((name) => name !== 'error')).toEqual(['reconnecting', 'connect', 'ready']);
    await client.close();
  });

  it('whose listener throws hear on, and the error is not hidden', async () => {
    const { client } = await front(server.url);
    const heard: string[] = [];
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
    const listeners = process.rawListeners('uncaughtException').slice(0, -1);
    for (const each of listeners) process.off('uncaughtException', each as never);
    await client.subscribe('failing', () => {
      throw new Error('my own');
    });
    await client.subscribe('failing', (message) => heard.push(message));
    await client.publish('failing', 'hello');
    expect(await uncaught).toMatchObject({ message: 'my own' });
    for (const each of listeners) process.on('uncaughtException', each as never);
    await waitFor(() => heard.length === 1);
    await client.close();
  });

  it('that the server refuses reject, and are forgotten', async () => {
    await using strict = await startRedis({
      users: [{ name: 'shop', password: 'secret', rules: '~* +@all resetchannels' }],
    });
    const { client } = await front(`redis://shop:secret@${strict.host}:${strict.port}`);
    await expect(client.subscribe('forbidden', () => undefined)).rejects.toThrow(/NOPERM/);
    expect(client.isPubSubActive).toBe(false);
  });
});
