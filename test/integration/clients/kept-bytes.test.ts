import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const others = 20;
const longValue = 'long '.repeat(40_000);

describe('replies as bytes stay as they are while later replies are read', () => {
  let server: RedisServer;
  let resilience: RedisResilience<Redis>;
  beforeAll(async () => {
    server = await startRedis();
    resilience = createRedisResilience(server.url);
    await resilience.client.mset('text', 'first', 'long', longValue);
    await resilience.client.rpush('list', 'first', 'second');
    await resilience.client.set('other', 'x'.repeat(200));
  });
  afterAll(async () => {
    await resilience.close();
    await server.stop();
  });

  const readOthers = async (): Promise<void> => {
    for (let left = others; left > 0; left--) await resilience.client.get('other');
  };

  it('a string, a list, and a string that arrives in several chunks', async () => {
    const { client } = resilience;
    const replies = [
      await client.getBuffer('text'),
      ...(await client.lrangeBuffer('list', 0, -1)),
      ...(await Promise.all([client.getBuffer('text'), client.getBuffer('text')])),
      await client.getBuffer('long'),
    ];
    await readOthers();
    const texts = ['first', 'first', 'second', 'first', 'first', longValue];
    expect(replies.map(String)).toEqual(texts);
  });

  it('long strings, also of a pipeline, while other clients read', async () => {
    const { client } = resilience;
    const other = client.duplicate();
    let isOver = false;
    const reading = (async () => {
      while (!isOver) await other.getBuffer('long');
    })();
    const replies: Buffer[] = [];
    for (let round = 0; round < 10; round++) {
      const [first, second, ofPipeline] = await Promise.all([
        client.getBuffer('long'),
        client.getBuffer('text'),
        client.pipeline().getBuffer('long').getBuffer('text').getBuffer('long').exec(),
        client.get('long').then((text) => expect(text).toBe(longValue)),
      ]);
      replies.push(
        ...[first, second, ...(ofPipeline ?? []).map(([, bytes]) => bytes as Buffer)].map(
          (each) => each as Buffer,
        ),
      );
    }
    isOver = true;
    await reading;
    await readOthers();
    const texts = [longValue, 'first', longValue, 'first', longValue];
    expect(replies.map(String)).toEqual(Array.from({ length: 10 }, () => texts).flat());
    await other.quit();
  });

  it('the replies of a pipeline, of a transaction and of a lease', async () => {
    const { client } = resilience;
    const ofPipeline = await client.pipeline().getBuffer('text').lrangeBuffer('list', 0, -1).exec();
    const ofTransaction = await client.multi().getBuffer('text').lrangeBuffer('list', 0, -1).exec();
    const ofLease = await resilience.lease((leased) => leased.getBuffer('text'));
    await readOthers();
    const bytes = (text: string): Buffer => Buffer.from(text);
    const expected = [
      [null, bytes('first')],
      [null, [bytes('first'), bytes('second')]],
    ];
    expect(ofPipeline).toEqual(expected);
    expect(ofTransaction).toEqual(expected);
    expect(ofLease).toEqual(bytes('first'));
  });

  it('messages of a subscription', async () => {
    const subscriber = resilience.client.duplicate();
    await subscriber.subscribe('news');
    const messages: Buffer[] = [];
    subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => messages.push(message));
    for (const [index, text] of ['one', 'two', 'six'].entries()) {
      await resilience.client.publish('news', text);
      await waitFor(() => messages.length > index);
    }
    expect(messages.map(String)).toEqual(['one', 'two', 'six']);
    await subscriber.quit();
  });

  it("what a listener of the client's socket hears", async () => {
    const client = resilience.client.duplicate();
    await client.ping();
    const { stream } = client as unknown as { readonly stream: NodeJS.ReadableStream };
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await client.get('text');
    await client.get('other');
    expect(String(chunks[0])).toBe('$5\r\nfirst\r\n');
    chunks.length = 0;
    await client.get('long');
    expect(String(Buffer.concat(chunks))).toBe(`$200000\r\n${longValue}\r\n`);
    await client.quit();
  });
});
