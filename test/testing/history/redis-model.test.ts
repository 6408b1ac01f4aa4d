import { createRandom, startRedis } from '@redis-resilience/testing';
import { checkHistory, HistoryRecorder, modelledCommands } from '@redis-resilience/testing/history';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';

/** For each command, arguments that cover its branches. */
const calls: Readonly<Record<string, readonly string[]>> = {
  get: ['t1', 't2', 'l1'],
  strlen: ['t1', 't2'],
  set: [
    't1 7',
    't1 é',
    't2 x nx',
    't1 y xx',
    't2 z get',
    't1 1 xx get',
    't1 5 keepttl',
    'l1 5 get',
    'm1 007',
    'm1 -0',
  ],
  setnx: ['t1 2', 't2 3'],
  getset: ['t1 4', 't2 5', 's1 6'],
  getdel: ['t1', 't2', 'h1'],
  append: ['t1 é', 't2 1', 'l1 x'],
  incr: ['n1', 't1', 'm1'],
  decr: ['n1', 'h1', 'm1'],
  incrby: ['n1 5', 'n1 -12', 'n1 no', 'n1 07', 'm1 9223372036854775807', 'm1 9223372036854775808'],
  decrby: ['n1 3', 'n1 -3', 'm1 9223372036854775807', 'm1 -9223372036854775808'],
  lpush: ['l1 a b', 'l2 c', 't1 x'],
  rpush: ['l1 d e', 'l2 f', 's1 x'],
  lpop: ['l1', 'l1 2', 'l2 5', 'none', 'none 2', 'l1 0', 'l1 -1', 'none -1'],
  rpop: ['l1', 'l1 2', 'l2 5', 'l2 -2'],
  llen: ['l1', 'none'],
  lindex: ['l1 0', 'l1 -1', 'l1 9'],
  lrange: ['l1 0 -1', 'l1 1 2', 'l1 -2 -1', 'l1 2 0', 'none 0 -1'],
  lrem: ['l1 0 a', 'l1 1 d', 'l1 -1 e'],
  ltrim: ['l1 0 5', 'l1 1 -1'],
  sadd: ['s1 a b', 's1 b c', 't1 x'],
  srem: ['s1 a', 's1 b z', 'none a'],
  scard: ['s1'],
  sismember: ['s1 a', 's1 z'],
  smembers: ['s1', 'none'],
  hget: ['h1 a', 'h1 z'],
  hmget: ['h1 a z', 'none a'],
  hgetall: ['h1', 'none'],
  hlen: ['h1'],
  hexists: ['h1 a', 'h1 z'],
  hset: ['h1 a 1 b 2', 'h1 a x'],
  hmset: ['h1 c 3'],
  hsetnx: ['h1 a 9', 'h1 d 9'],
  hincrby: ['h1 a 2', 'h1 n -1', 'h1 m 9223372036854775807'],
  hdel: ['h1 a b', 'h1 z'],
  del: ['t1', 'l2 h1 none', 's1'],
  unlink: ['n1', 't2'],
  exists: ['t1 t1 none', 'l1'],
  mget: ['t1 none l1'],
  mset: ['t1 1 t2 2'],
  blpop: ['l1 1', 'none l2 l1 0.01'],
  brpop: ['l1 1', 'none 0.01'],
  rpoplpush: ['l1 l2', 'l2 l2', 'none l1', 'l1 t1'],
  lmove: ['l1 l2 left right', 'l2 l1 right left', 'l1 l1 left right'],
  blmove: ['l1 l2 right right 1'],
};

it('the model answers as the real Redis does, command by command, also in a MULTI', async () => {
  expect(Object.keys(calls).toSorted()).toEqual([...modelledCommands].toSorted());
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const client = new Redis(server.url, { stringNumbers: true });
  onTestFinished(() => client.disconnect());
  const recorder = new HistoryRecorder();
  const random = createRandom(1);
  const tasks = Object.entries(calls).flatMap(([name, all]) =>
    all.map((args) => [name, ...args.split(' ')] as const),
  );
  const pick = (): readonly [string, ...string[]] => tasks[Math.floor(random() * tasks.length)] as never;
  for (let turn = 0; turn < 1_500; turn++) {
    const task = pick();
    const isTransaction = turn % 7 === 0;
    const other = pick();
    // The model never replies with an error, so a refused command is recorded as one that changed nothing.
    await (
      isTransaction
        ? recorder.run('a', { multi: [task, other] }, () => client.multi([[...task], [...other]]).exec())
        : recorder.run('a', task, () => client.call(...task))
    ).catch(() => undefined);
  }
  const result = checkHistory(recorder.operations);
  expect({ verdict: result.verdict, text: result.text }).toMatchObject({ verdict: 'holds' });
});
