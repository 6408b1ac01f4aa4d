import { describe, expect, it } from 'vitest';
import type { ParsedTarget } from '../../../packages/core/src/target/parsed-target.ts';
import { parseTarget } from '../../../packages/core/src/target/parse-target.ts';

const plain = { login: undefined, connectionName: undefined, keyPrefix: undefined, protocol: undefined };
const server = {
  ...plain,
  kind: 'server',
  isTls: false,
  host: 'localhost',
  port: 6379,
  family: 0,
  database: 0,
} as const;
const socket = { ...plain, kind: 'socket', database: 0 } as const;
const sentinel = {
  ...plain,
  kind: 'sentinel',
  isTls: false,
  sentinels: [{ host: 'localhost', port: 26_379 }],
  primaryName: 'mymaster',
  sentinelLogin: undefined,
  family: 0,
  database: 0,
} as const;
const cluster = {
  ...plain,
  kind: 'cluster',
  isTls: false,
  nodes: [{ host: 'localhost', port: 6379 }],
} as const;

describe('a Redis URL', () => {
  it.each<readonly [string, ParsedTarget]>([
    ['redis://', server],
    ['redis:///', server],
    ['redis://localhost', server],
    ['REDIS://localhost', server],
    ['redis://redis.example:6380', { ...server, host: 'redis.example', port: 6380 }],
    ['redis://127.0.0.1/', { ...server, host: '127.0.0.1' }],
    ['redis://[::1]:6380', { ...server, host: '::1', port: 6380 }],
    ['redis://[fe80::1%25eth0]', { ...server, host: 'fe80::1%eth0' }],
    ['redis://under_score', { ...server, host: 'under_score' }],
    ['redis://:6380', { ...server, port: 6380 }],
    ['redis://localhost/2', { ...server, database: 2 }],
    ['redis://localhost/2/', { ...server, database: 2 }],
    ['redis:///2', { ...server, database: 2 }],
    ['redis://localhost?db=2', { ...server, database: 2 }],
    ['redis://localhost/?db=2', { ...server, database: 2 }],
    ['redis://localhost?family=6', { ...server, family: 6 }],
    ['redis://localhost?family=0', server],
    ['redis://localhost?', server],
    ['rediss://localhost', { ...server, isTls: true }],
    ['REDISS://localhost', { ...server, isTls: true }],
    ['valkey://localhost/2', { ...server, database: 2 }],
    ['valkeys://localhost', { ...server, isTls: true }],
    ['valkey+sentinel://localhost/mymaster', sentinel],
    ['valkeys+cluster://localhost', { ...cluster, isTls: true }],
    ['rediss://localhost?tls=true', { ...server, isTls: true }],
    ['redis://localhost?tls=true', { ...server, isTls: true }],
    ['redis://localhost?tls=false', server],
    ['redis://localhost?connectionName=till%201', { ...server, connectionName: 'till 1' }],
    ['redis://localhost?keyPrefix=shop:&protocol=2', { ...server, keyPrefix: 'shop:', protocol: 2 }],
    ['unix:///a', { ...socket, path: '/a' }],
    ['unix:///tmp/redis.sock', { ...socket, path: '/tmp/redis.sock' }],
    ['unix:///tmp/a%20b.sock?db=3', { ...socket, path: '/tmp/a b.sock', database: 3 }],
    ['unix:///tmp/redis@1.sock', { ...socket, path: '/tmp/redis@1.sock' }],
    ['/tmp/redis.sock', { ...socket, path: '/tmp/redis.sock' }],
    ['/tmp/a b%20c#d.sock', { ...socket, path: '/tmp/a b%20c#d.sock' }],
    ['/tmp/redis.sock?db=3', { ...socket, path: '/tmp/redis.sock', database: 3 }],
    ['redis+sentinel://localhost/mymaster', sentinel],
    ['redis+sentinel:///mymaster', sentinel],
    ['redis+sentinel://localhost/mymaster/2', { ...sentinel, database: 2 }],
    ['redis+sentinel://localhost/mymaster?db=2&family=4', { ...sentinel, database: 2, family: 4 }],
    ['redis+sentinel://localhost/my%2Fmaster/', { ...sentinel, primaryName: 'my/master' }],
    ['rediss+sentinel://localhost/mymaster', { ...sentinel, isTls: true }],
    ['redis+sentinel://localhost/mymaster?tls=true', { ...sentinel, isTls: true }],
    [
      'redis+sentinel://a:1,b,[::1]:3/mymaster',
      {
        ...sentinel,
        sentinels: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
          { host: '::1', port: 3 },
        ],
      },
    ],
    [
      'redis+sentinel://localhost/mymaster?sentinelUsername=u&sentinelPassword=p%26q',
      { ...sentinel, sentinelLogin: { username: 'u', password: 'p&q' } },
    ],
    ['redis+cluster://localhost', cluster],
    ['redis+cluster://localhost/0', cluster],
    ['rediss+cluster://localhost', { ...cluster, isTls: true }],
    ['redis+cluster://localhost?tls=true', { ...cluster, isTls: true }],
    [
      'redis+cluster://a:7000,b:7001',
      {
        ...cluster,
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
        ],
      },
    ],
  ])('is parsed: %s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });
});

describe('the login of a Redis URL', () => {
  it.each([
    ['redis://localhost', undefined],
    ['redis://@localhost', undefined],
    ['redis://:@localhost', undefined],
    ['redis://:secret@localhost', { username: undefined, password: 'secret' }],
    ['redis://user:secret@localhost', { username: 'user', password: 'secret' }],
    ['redis://user:pass:word@localhost', { username: 'user', password: 'pass:word' }],
    ['redis://user@localhost', { username: 'user', password: '' }],
    ['redis://user:@localhost', { username: 'user', password: '' }],
    ['redis://%40:%2F%3F%23%40%25%3A@localhost', { username: '@', password: '/?#@%:' }],
    ['redis://user:pässwörd€@localhost', { username: 'user', password: 'pässwörd€' }],
    ["redis://:a+b&c=d;e!$'()*,@localhost", { username: undefined, password: "a+b&c=d;e!$'()*," }],
    ['redis://localhost?password=a%2Bb', { username: undefined, password: 'a+b' }],
    ['redis://localhost?username=user&password=a=b', { username: 'user', password: 'a=b' }],
    ['unix:///tmp/a.sock?username=user&password=secret', { username: 'user', password: 'secret' }],
    ['unix://user:secret@/tmp/a.sock', { username: 'user', password: 'secret' }],
    ['/tmp/a.sock?password=secret%40', { username: undefined, password: 'secret@' }],
    ['redis+sentinel://user:secret@localhost/mymaster', { username: 'user', password: 'secret' }],
    ['redis+cluster://:secret@localhost,other', { username: undefined, password: 'secret' }],
  ])('is parsed: %s', (text, login) => {
    expect(parseTarget(text).login).toEqual(login);
  });
});
