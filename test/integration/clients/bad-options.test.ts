import {
  ConfigurationError,
  createRedisResilience,
  protect,
  type ResilienceOptions,
} from '@redis-resilience/core';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

const badOptions: readonly (readonly [string, unknown, RegExp])[] = [
  ['no object', 'yes', /options/],
  ['null', null, /options/],
  ['a list', [], /options/],
  ['an unknown option', { timeout: 5 }, /options\.timeout .*timeoutMs/],
  ['an unknown option far from any', { zzzzzzzzzzzzzzz: 5 }, /zzzzzzzzzzzzzzz/],
  ['an unknown option within', { circuit: { failureRation: 0.5 } }, /circuit\.failureRation .*failureRatio/],
  ['a negative duration', { timeoutMs: -1 }, /timeoutMs .*-1/],
  ['no duration', { timeoutMs: 0 }, /timeoutMs .*0/],
  ['a duration that is no number', { timeoutMs: Number.NaN }, /timeoutMs .*NaN/],
  ['an endless duration', { timeoutMs: Infinity }, /timeoutMs .*Infinity/],
  ['a duration with a unit', { timeoutMs: '5s' }, /timeoutMs .*'5s'/],
  ['a big number', { timeoutMs: 2 ** 31 }, /timeoutMs/],
  ['a ratio above one', { circuit: { failureRatio: 50 } }, /failureRatio .*50/],
  ['a ratio of nothing', { circuit: { slowRatio: 0 } }, /slowRatio .*0/],
  ['half a call', { circuit: { minCalls: 1.5 } }, /minCalls .*1\.5/],
  ['an unknown mode', { circuit: { mode: 'on' } }, /mode .*'enforce', 'observe', 'off'/],
  ['a switch in the place of an object', { circuit: false }, /circuit .*mode: 'off'/],
  ['a negative count', { admission: { maxWaiting: -1 } }, /maxWaiting .*-1/],
  ['a count as text', { admission: { maxInFlight: '10' } }, /maxInFlight/],
  ['negative retries', { retry: { maxRetries: -1 } }, /maxRetries/],
  ['an unknown category', { retry: { categories: { 'my.command': 'safe' } } }, /my\.command/],
  ['an unknown role', { connection: { role: 'master' } }, /role .*'primary', 'any'/],
  ['a password alone', { connection: { credentials: 'hunter2' } }, /credentials/],
  ['credentials without a password', { connection: { credentials: { username: 'hunter2' } } }, /credentials/],
  ['a password that is no text', { connection: { credentials: { password: 42 } } }, /credentials/],
  ['a name that is no text', { name: 5 }, /name/],
  ['an empty name', { name: '' }, /name/],
  ['no clock', { clock: {} }, /clock/],
  ['half a clock', { clock: { now: () => 0 } }, /clock/],
  ['no function of chance', { random: 4 }, /random/],
];

const badTargets: readonly (readonly [string, unknown, RegExp])[] = [
  ['a URL without a scheme', 'redis//hunter2@here', /no scheme/],
  ['another scheme', 'http://user:hunter2@here', /unknown scheme/],
  ['a password that ends the host', 'redis://:hunter2/hunter2@here', /login/],
  ['a node by its malformed URL', { cluster: ['redis://:hunter2@here:x'] }, /host or port/],
  ['a node by the URL of a cluster', { cluster: ['redis+cluster://:hunter2@here'] }, /one server/],
  ['a node with a database', { cluster: ['redis://:hunter2@here/2'] }, /database/],
  ['a database that is no number', 'redis://:hunter2@here/shop', /database/],
  ['a port out of range', { host: 'here', port: 70_000, password: 'hunter2' }, /port .*70000/],
  ['a negative port', { port: -1 }, /port/],
  ['a port that is no number', { port: 'hunter' }, /port/],
  ['a host that is no text', { host: 5 }, /host/],
  ['a negative database', { db: -1 }, /db/],
  ['a database that is no number, as text', { db: '2a' }, /db/],
  ['an empty database', { db: '' }, /db/],
  ['no nodes', { cluster: [] }, /cluster/],
  [
    'options of the driver beside the nodes',
    { cluster: [{ port: 1 }], redisOptions: {} },
    /target\.redisOptions does not exist/,
  ],
  ['nodes that are no list', { cluster: 'here' }, /cluster/],
  ['sentinels without a name', { sentinels: [{ host: 'here', port: 26_379 }] }, /name/],
  ['no sentinels', { sentinels: [], name: 'mymaster' }, /sentinels/],
  ['a number', 6379, /target/],
  ['null', null, /target/],
];

describe('an option that is not allowed', () => {
  it.each(badOptions)('%s is refused by name', (_what, options, names) => {
    const error = refusalOf(() => createRedisResilience({ lazyConnect: true }, options as ResilienceOptions));
    expect(error.message).toMatch(names);
  });

  it.each(badTargets)('%s is refused by name as a target', (_what, target, names) => {
    const error = refusalOf(() => createRedisResilience(target as string));
    expect(error.message).toMatch(names);
  });

  it('protect() takes ioredis clients only', () => {
    for (const client of [{}, null, undefined, 'redis://localhost'])
      refusalOf(() => protect(client as Redis));
  });

  it('protect() refuses bad options and leaves the client as it was', () => {
    const client = new Redis({ lazyConnect: true });
    const { sendCommand } = client;
    refusalOf(() => protect(client, { timeoutMs: -1 }));

    expect(client.sendCommand).toBe(sendCommand);
    expect(protect(client).name).toBe('default');
    client.disconnect();
  });

  it('undefined counts as absent', async () => {
    const resilience = createRedisResilience({ lazyConnect: true }, {
      name: undefined,
      timeoutMs: undefined,
      circuit: undefined,
      admission: { maxWaitMs: undefined },
    } as unknown as ResilienceOptions);
    expect(resilience.name).toBe('default');
    await resilience.close();
  });

  it('applyOnce takes plain writes of one key', async () => {
    const resilience = createRedisResilience({ lazyConnect: true });
    for (const [id, command, ...args] of [
      ['', 'incr', 'a'],
      ['id', 'get', 'a'],
      ['id', 'mset', 'a', '1', 'b', '2'],
      ['id', 'eval', 'return 1', '0'],
      ['id', 'blpop', 'a', '0'],
      ['id', 'flushall'],
      ['id', 'no-such-command', 'a'],
    ] as const) {
      await expect(resilience.applyOnce(id, command, ...args)).rejects.toThrow(ConfigurationError);
    }
    await resilience.close();
  });
});

function refusalOf(act: () => unknown): ConfigurationError {
  let error: unknown;
  try {
    act();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigurationError);
  const refusal = error as ConfigurationError;
  expect(refusal.code).toBe('CONFIGURATION');
  expect(`${refusal.message} ${refusal.stack} ${JSON.stringify(refusal)}`).not.toContain('hunter2');
  return refusal;
}
