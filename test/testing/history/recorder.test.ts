import { ManualClock, startRedis } from '@redis-resilience/testing';
import { checkHistory, HistoryRecorder } from '@redis-resilience/testing/history';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { expect, it, onTestFinished } from 'vitest';

it('an operation is recorded when it is invoked, and again when it settles', async () => {
  const clock = new ManualClock({ nowMs: 10 });
  const recorder = new HistoryRecorder({ now: () => clock.now() });
  const call = deferred<string>();
  const answer = recorder.run('a', ['SET', 'x', 1], () => call.promise);
  const recorded = { process: 'a', commands: [{ name: 'set', args: ['x', '1'] }], isTransaction: false };
  expect(recorder.operations).toEqual([{ ...recorded, invokedAt: 10, result: { kind: 'pending' } }]);
  clock.travel(5);
  call.resolve('OK');
  expect(await answer).toBe('OK');
  expect(recorder.operations).toEqual([
    { ...recorded, invokedAt: 10, returnedAt: 15, result: { kind: 'answered', reply: 'OK' } },
  ]);
});

it('what happens in one moment of the clock keeps its order', async () => {
  const recorder = new HistoryRecorder({ now: () => 5 });
  await recorder.run('a', ['set', 'x', '1'], async () => 'OK');
  await recorder.run('a', ['get', 'x'], async () => null);
  expect(checkHistory(recorder.operations).verdict).toBe('broken');
});

it.each([
  ['its own outcome', Object.assign(new Error('gone'), { outcome: 'not-applied' }), 'not-applied'],
  ['an answer of the server', Object.assign(new Error('ERR no'), { name: 'ReplyError' }), 'refused'],
  ['anything else', new Error('Connection is closed.'), 'unknown'],
  ['no error at all', 'gone', 'unknown'],
])('an operation that fails with %s has the outcome that this proves', async (_, error, outcome) => {
  const recorder = new HistoryRecorder();
  await expect(recorder.run('a', ['incr', 'n'], () => Promise.reject(error as Error))).rejects.toBe(error);
  expect(recorder.operations[0]?.result).toMatchObject({ kind: 'failed', outcome });
});

it('outcomeOf decides what an error says', async () => {
  const recorder = new HistoryRecorder({ outcomeOf: () => 'not-applied' });
  await expect(recorder.run('a', ['incr', 'n'], () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(recorder.operations[0]?.result).toMatchObject({ outcome: 'not-applied' });
});

it('a call that throws at once is recorded as one that rejects', async () => {
  const recorder = new HistoryRecorder();
  const throwing = (): Promise<never> => {
    throw new Error('at once');
  };
  await expect(recorder.run('a', ['incr', 'n'], throwing)).rejects.toThrow('at once');
  expect(recorder.operations[0]?.result).toMatchObject({ kind: 'failed', outcome: 'unknown' });
});

it('a history survives JSON', async () => {
  const recorder = new HistoryRecorder();
  await recorder.run('a', ['set', 'x', '1'], async () => Buffer.from('OK'));
  void recorder.run('a', ['get', 'x'], () => new Promise(() => undefined));
  const copy = JSON.parse(JSON.stringify(recorder.operations)) as typeof recorder.operations;
  expect(copy).toEqual(recorder.operations);
  expect(checkHistory(copy)).toMatchObject({ verdict: 'holds', pending: 1 });
});

it('a client of ioredis is recorded: commands, MULTI and pipelines', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const plain = new Redis(server.url);
  onTestFinished(() => plain.disconnect());
  const recorder = new HistoryRecorder();
  const client = recorder.client('a', plain);
  await client.set('x', 1);
  await client.incrby('x', 2);
  expect(await client.multi().incr('x').get('x').exec()).toEqual([
    [null, 4],
    [null, '4'],
  ]);
  expect(await client.pipeline().rpush('l', 'a', 'b').get('l').lrange('l', 0, -1).exec()).toMatchObject([
    [null, 2],
    [{ name: 'ReplyError' }],
    [null, ['a', 'b']],
  ]);
  await client.hset('h', { a: 1, b: 2 });
  await client.hgetall('h');
  await expect(client.blpop('l', 1)).resolves.toEqual(['l', 'a']);
  expect(client.status).toBe('ready');
  expect(recorder.operations.map(({ commands }) => commands.map(({ name }) => name).join())).toEqual(
    'set incrby incr,get rpush get lrange hset hgetall blpop'.split(' '),
  );
  expect(checkHistory(recorder.operations)).toMatchObject({ verdict: 'holds', pending: 0 });
});

it('a client of node-redis is recorded: commands and MULTI', async () => {
  const { recorder, client } = await recordedNodeRedis();
  await client.hSet('h', { a: '1', b: '2' });
  await client.hIncrBy('h', 'a', 2);
  await client.hGetAll('h');
  await client.rPush('l', ['x', 'y']);
  expect(await client.multi().incr('n').lRange('l', 0, -1).exec()).toEqual([1, ['x', 'y']]);
  expect(await client.blPop('l', 1)).toMatchObject({ element: 'x' });
  await client.sAdd('s', ['a', 'b']);
  await client.sMembers('s');
  await client.sIsMember('s', 'a');
  expect(recorder.operations).toHaveLength(9);
  const { verdict, text } = checkHistory(recorder.operations);
  expect({ verdict, text }).toMatchObject({ verdict: 'holds' });
});

it('replies and options of node-redis mean the same as those of ioredis', async () => {
  const { recorder, client } = await recordedNodeRedis();
  await client.set('b', '1', { NX: true, GET: false });
  await client.set('b', '2', { condition: 'NX' });
  await client.set('b', '3', { XX: true, GET: true, expiration: 'KEEPTTL' });
  await client.hSet('h', 'f', '1');
  // The reply of this MGET looks like the pair of error and reply that ioredis returns for each command.
  expect(await client.multi().mGet(['a', 'b']).exec()).toEqual([[null, '3']]);
  await client.multi().hmGet('h', ['e', 'f']).set('b', '4', { NX: true }).exec();
  expect(recorder.operations.map(({ commands }) => commands[0]?.args.slice(2))).toMatchObject([
    ['NX'],
    ['NX'],
    ['KEEPTTL', 'XX', 'GET'],
    ['1'],
    [],
    ['f'],
  ]);
  const { verdict, text } = checkHistory(recorder.operations);
  expect({ verdict, text }).toMatchObject({ verdict: 'holds' });
});

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: ((value: T) => void) | undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value) => resolve?.(value) };
}

/** A node-redis client with its own server, and the recorder of its commands. */
async function recordedNodeRedis() {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const plain = createClient({ url: server.url });
  await plain.connect();
  onTestFinished(() => plain.destroy());
  const recorder = new HistoryRecorder();
  return { recorder, client: recorder.client('a', plain) };
}
