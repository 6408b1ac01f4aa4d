import { startRedis, type RedisServer } from '@redis-resilience/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maySendAgain } from '../../../packages/core/src/catalogue/categorise.ts';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { categoryOf } from './category-of.ts';
import { repeatableCalls } from './repeatable-calls.ts';
import { unrepeatableCalls } from './unrepeatable-calls.ts';

const callCases = [...repeatableCalls, ...unrepeatableCalls];

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis({ config: { 'enable-debug-command': 'yes' } });
});
afterAll(() => server?.stop());
beforeEach(() => server.command('FLUSHALL'));

// In a cell of the table, "#" stands for a space within an argument.
function words(call: string): string[] {
  return call.split(' ').map((word) => word.replaceAll('#', ' '));
}

async function answer(args: readonly string[]): Promise<string> {
  return JSON.stringify(await server.command(...args).catch((error: Error) => error.message));
}

async function runTwice(args: readonly string[]) {
  const before = await server.command('DEBUG', 'DIGEST');
  const firstAnswer = await answer(args);
  const once = await server.command('DEBUG', 'DIGEST');
  const secondAnswer = await answer(args);
  const twice = await server.command('DEBUG', 'DIGEST');
  return {
    changesData: before !== once,
    sameData: once === twice,
    sameAnswer: firstAnswer === secondAnswer,
  };
}

describe('a real server that is given the call twice', () => {
  const known = callCases.filter(({ notRun }) => !notRun);

  it.each(known.map((cell) => [cell.call, cell] as const))('shows the category of %s', async (_, cell) => {
    for (const given of cell.given) await server.command(...words(given));
    const { changesData, sameData, sameAnswer } = await runTwice(words(cell.call));
    switch (cell.category) {
      case 'read':
        expect({ changesData, sameData, sameAnswer }).toEqual({
          changesData: false,
          sameData: true,
          sameAnswer: true,
        });
        break;
      case 'write-last-wins':
        expect(sameData).toBe(true);
        break;
      case 'write-checked':
        expect(sameData).toBe(true);
        expect(sameAnswer).toBe(cell.again && !cell.counts);
        break;
      default:
        expect(sameData && sameAnswer).toBe(false);
    }
  });
});

describe('any call that may be sent again', () => {
  const small = fc.integer({ min: -4, max: 4 }).map(String);
  const oneOf = (...values: string[]) => fc.constantFrom(...values);
  const some = (...values: string[]) =>
    fc.subarray(values.map((value) => value.split(' '))).map((parts) => parts.flat());
  const call = (...parts: (string | fc.Arbitrary<string | string[]>)[]) =>
    fc
      .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part.split(' ')) : part)))
      .map((all) => all.flat());

  const string = oneOf('s1', 's2', 's3');
  const list = oneOf('l1', 'l2', 'l3');
  const set = oneOf('a1', 'a2', 'a3');
  const zset = oneOf('z1', 'z2', 'z3');
  const geo = oneOf('g1', 'g2');
  const calls = fc.oneof(
    call('SET', string, 'v', some('NX', 'XX', 'GET', 'KEEPTTL', 'EX 100', 'PXAT 9999999999999')),
    call('GETEX', string, some('PERSIST', 'EX 100', 'PXAT 9999999999999')),
    call(oneOf('EXPIRE', 'PEXPIRE'), string, oneOf('100000', '-1'), some('NX', 'XX', 'GT', 'LT')),
    call('BITFIELD', string, some('GET u8 0', 'SET u8 8 7', 'INCRBY u8 0 1', 'OVERFLOW FAIL')),
    call('BITOP', oneOf('AND', 'OR', 'XOR'), string, string, string),
    call('BITOP', 'NOT', string, string),
    call('SETRANGE', string, oneOf('0', '3'), 'xy'),
    call(oneOf('COPY', 'RENAME', 'RENAMENX'), string, string, some('REPLACE')),
    call('LTRIM', list, small, small),
    call('LREM', list, small, oneOf('1', '2')),
    call('LSET', list, small, 'x'),
    call('LMOVE', list, list, 'LEFT', 'RIGHT'),
    call('SORT', list, some('ALPHA', 'DESC', 'LIMIT 1 3', 'BY nosort'), 'STORE', list),
    call(oneOf('SUNIONSTORE', 'SINTERSTORE', 'SDIFFSTORE'), set, set, set),
    call(oneOf('SADD', 'SREM'), set, small),
    call('SMOVE', set, set, small),
    call('ZADD', zset, some('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), small, oneOf('a', 'b', 'new')),
    call(oneOf('ZREMRANGEBYRANK', 'ZREMRANGEBYSCORE'), zset, small, small),
    call(oneOf('ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE'), zset, '2', zset, zset),
    call('ZRANGESTORE', zset, zset, small, small, some('REV', 'BYSCORE')),
    call('GEOSEARCHSTORE', geo, geo, 'FROMMEMBER p BYRADIUS 300 km', some('STOREDIST', 'COUNT 1')),
    call('GEORADIUSBYMEMBER', geo, 'p 300 km', some('COUNT 1', 'ASC'), oneOf('STORE', 'STOREDIST'), geo),
    call('GEOADD', geo, some('NX', 'XX', 'CH'), '1 2', oneOf('p', 'new')),
    call('XADD', 'x1', some('NOMKSTREAM', 'MAXLEN ~ 2', 'MINID = 3'), oneOf('*', '5-1', '5-*', '7'), 'f v'),
    call('XTRIM', 'x1', oneOf('MAXLEN', 'MINID'), oneOf('0', '1', '2')),
    call(oneOf('DEL', 'UNLINK', 'PERSIST', 'GETDEL'), string),
    call(oneOf('HSET', 'HSETNX', 'HDEL', 'HINCRBY'), 'h1', oneOf('f', 'new'), '1'),
    call(oneOf('PFADD', 'PFMERGE'), oneOf('p1', 'p2'), oneOf('p1', 'p2')),
  );

  const given = [
    'MSET s1 abc s2 bcdef',
    'EXPIRE s2 1000',
    'RPUSH l1 3 1 2 1 2 1',
    'RPUSH l2 5 4',
    'SADD a1 1 2 3',
    'SADD a2 2 3 4',
    'ZADD z1 1 a 2 b 3 c 4 d',
    'ZADD z2 2 a 1 b 5 e',
    'GEOADD g1 13.361389 38.115556 p 15.087269 37.502669 c',
    'XADD x1 1-1 f v',
    'XADD x1 3-1 f v',
    'HSET h1 f 1 g 2',
    'PFADD p1 a b',
  ];

  it('leaves the data as one run left it', async () => {
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(calls, async (args) => {
        const [name = '', ...rest] = args;
        const traits = traitsOf(name);
        if (!maySendAgain(traits, rest)) return;
        judged++;
        await server.command('FLUSHALL');
        await Promise.all(given.map((line) => server.command(...line.split(' '))));
        const { changesData, sameData } = await runTwice(args);
        expect(sameData).toBe(true);
        if (categoryOf(traits, rest) === 'read') expect(changesData).toBe(false);
      }),
      { numRuns: 2_000 },
    );
    expect(judged).toBeGreaterThan(500);
  }, 60_000);
});
