import { createRedisResilience, defaultRedisResilience, runWithBudget } from '@redis-resilience/core';
import { createHealthResponder, createRequestGuard } from '@redis-resilience/core/http';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

const target = { host: '127.0.0.1', port: 1, lazyConnect: true };
const accept = createRedisResilience as (...given: unknown[]) => unknown;

afterEach(() => vi.unstubAllEnvs());

describe('a mistake is refused with the line to write:', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['a promise as the target', () => accept(Promise.resolve(target)), 'createRedisResilience(await target)'],
    ['a port in the host', () => accept({ host: 'cache:6379' }), 'createRedisResilience({ host, port })'],
    [
      'a host in the group connection',
      () => accept(target, { connection: { host: 'cache' } }),
      'Write createRedisResilience({ host }, options).',
    ],
    [
      'credentials with the name `user`',
      () => accept(target, { connection: { credentials: { user: 'ada', password: 'hunter2' } } }),
      'must be { username?, password }',
    ],
    [
      'swapped arguments',
      () => runWithBudget((() => 1) as never, 100 as never),
      'runWithBudget.budgetMs must be',
    ],
    ['no function', () => runWithBudget(100, undefined as never), 'runWithBudget.run must be a function'],
    [
      'a promise as the resilience',
      () => checkArgument('x.resilience', Promise.resolve(), resilienceOf),
      'given: a promise, which is not awaited.',
    ],
    [
      'two health endpoints at one path',
      () => createHealthResponder({ paths: { ready: '/livez' } }),
      'Two health endpoints have the path /livez.',
    ],
    [
      'a path that no request has',
      () => createHealthResponder({ paths: { ready: '/ready/' } }),
      'paths.ready must be a plain path such as /readyz',
    ],
  ])('%s', (_mistake, make, message) => {
    expect(make).toThrow(message);
  });

  it('a malformed URL in REDIS_URL is said to come from there', () => {
    vi.stubEnv('REDIS_URL', 'cache:6379');
    expect(() => defaultRedisResilience()).toThrow(
      'The Redis URL in the environment variable REDIS_URL has no scheme; write redis:// before it. Expected',
    );
  });

  it.each<readonly [string, unknown[], string]>([
    [
      'a fallback in place of options',
      [async () => 1, () => 2],
      'The options of execute() must be an object',
    ],
    ['a number in place of options', [async () => 1, 100], 'The options of execute() must be an object'],
  ])('%s', async (_mistake, given, message) => {
    const resilience = createRedisResilience(target, { logger: false });
    const execute = resilience.execute as (...given: unknown[]) => Promise<unknown>;
    await expect(execute(...given)).rejects.toThrow(message);
    await resilience.close();
  });

  it.each<readonly [string, unknown[], string]>([
    [
      'an id that is missing',
      [undefined, 'incr', 'sold'],
      'applyOnce needs an id, a string that is not empty',
    ],
    ['an id that is a number', [17, 'incr', 'sold'], 'applyOnce needs an id, a string that is not empty'],
    ['a command with its arguments in one text', ['a', 'INCR sold'], 'a name that no command has'],
    ['a function in place of a command', ['a', () => 1], 'the name of a command after the id'],
  ])('applyOnce with %s', async (_mistake, given, message) => {
    const resilience = createRedisResilience(target, { logger: false });
    const applyOnce = resilience.applyOnce as (...given: unknown[]) => Promise<unknown>;
    await expect(applyOnce(...given)).rejects.toThrow(message);
    await resilience.close();
  });

  it('a function that should run while Redis is isolated is refused, and isolates nothing', async () => {
    const resilience = createRedisResilience(target, { logger: false });
    expect(() => resilience.isolate((() => 1) as never)).toThrow('isolate.reason must be a string');
    expect(resilience.snapshot().circuit.read).toBe('closed');
    await resilience.close();
  });

  it('a method of the resilience on a guard is answered with its place', async () => {
    const resilience = createRedisResilience(target, { logger: false });
    const guard = createRequestGuard(resilience) as unknown as { applyOnce(): void; runWithBudget(): void };
    expect(() => guard.applyOnce()).toThrow('Write redisGuard.resilience.applyOnce(…).');
    expect(() => guard.runWithBudget()).toThrow("import { runWithBudget } from '@redis-resilience/core'");
    await resilience.close();
  });
});

it('methods work when they are taken out of a resilience or a guard', async () => {
  const resilience = createRedisResilience(target, { logger: false });
  const { execute, snapshot, detail, history, databases, isolate, close } = resilience;
  const guard = createRequestGuard(resilience);
  const { execute: guarded } = guard;

  await expect(execute(async () => 'value')).resolves.toBe('value');
  await expect(guarded(async () => 'value')).resolves.toBe('value');
  expect(snapshot()).toBe(resilience.snapshot());
  expect(detail().waiting).toBe(0);
  expect(history()).toEqual([]);
  expect(databases()).toEqual([]);
  isolate('a test')();
  await close();
});
