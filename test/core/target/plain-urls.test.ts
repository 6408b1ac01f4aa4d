import { createRedisResilience } from '@redis-resilience/core';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

const compared = ['host', 'port', 'path', 'username', 'password', 'db', 'family', 'keyPrefix'] as const;

function place({ options }: Redis): object {
  return Object.fromEntries(compared.map((name) => [name, options[name] || undefined]));
}

/** Returns where plain ioredis would connect to, and where a protected client does. */
async function places(url: string): Promise<{ readonly plain: object; readonly ours: object }> {
  const client = new Redis(url, { lazyConnect: true });
  const resilience = createRedisResilience(url, { logger: false });
  const both = { plain: place(client), ours: place(resilience.client) };
  client.disconnect();
  await resilience.close();
  return both;
}

describe('a URL that ioredis accepts leads to the same place', () => {
  it.each([
    'redis://localhost:6390/2',
    'redis://localhost:6390\n',
    'redis://localhost:6390/2\r\n',
    'redis://localhost:6390 \t',
    'redis://localhost:',
    'redis://localhost:/2',
    'redis://user:p@ss@localhost:6390',
    'redis://:p@s@s@localhost',
    'redis://user@name:secret@localhost',
    'redis://:@@localhost',
    'rediss://user:p@ss,word@localhost',
    'unix:/tmp/redis.sock',
  ])('%j', async (url) => {
    const { plain, ours } = await places(url);
    // With a path to a socket, ioredis takes the scheme for a host, which it never looks up.
    expect(ours).toEqual(url.startsWith('unix:') ? { ...plain, host: 'localhost' } : plain);
  });
});

it('a URL may have whitespace before it, and around each of several URLs', () => {
  const resilience = createRedisResilience(' redis://a:1/1 , redis://b:2\n', { logger: false });
  expect(resilience.client.options).toMatchObject({ host: 'a', port: 1, db: 1 });
  return resilience.close();
});
