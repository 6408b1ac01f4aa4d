import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { CallLoop, durationOf, pass } from '../stage/call-loop.ts';
import { LoopLag } from '../stage/loop-lag.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';
import { DatabaseStage } from './database-stage.ts';

describe('a first database that is killed', () => {
  it.concurrent('is left: reads and SETs all succeed, and no INCR runs twice', async () => {
    await using stage = await DatabaseStage.start();
    using unhandled = new UnhandledRejections();
    let next = 0;
    const reads = new CallLoop(() => stage.client.get('greeting'));
    const sets = new CallLoop(() => stage.client.set('greeting', 'hello'));
    const increments = new CallLoop(() => stage.client.incr(`visits:${next++}`));
    await increments.untilAnswered(20);

    await stage.first.kill();
    await stage.untilOn('second');
    await increments.untilAnswered(20);

    const calls = [...(await reads.finish()), ...(await sets.finish()), ...(await increments.finish())];
    expect([...reads.failures, ...sets.failures]).toEqual([]);
    expect(increments.failures.length).toBe(increments.errors.length);
    expect(increments.errors.filter(({ outcome }) => outcome !== 'unknown')).toEqual([]);
    expect(Math.max(...calls.map(durationOf))).toBeLessThan(400 + slackMs);
    expect(stage.changes).toEqual([
      {
        from: 'first',
        to: 'second',
        reason: expect.stringMatching(/^connection-re(fused|set)$/),
        durationMs: expect.any(Number),
      },
    ]);
    const keys = Array.from({ length: next }, (_, index) => `visits:${index}`);
    const values = (await stage.second.command('MGET', ...keys)) as (string | null)[];
    expect(values.filter((value) => Number(value) > 1)).toEqual([]);
    expect(stage.resilience.snapshot()).toMatchObject({
      status: 'up',
      database: { name: 'second', preferred: false, readOnly: false },
    });
    expect(await unhandled.list()).toEqual([]);
  });

  it.concurrent('takes its duplicates, subscribers and later duplicates along', async () => {
    await using stage = await DatabaseStage.start();
    const { client } = stage;
    const duplicate = client.duplicate();
    const subscriber = client.duplicate();
    const messages: string[] = [];
    const gaps: number[] = [];
    stage.resilience.on('gap', ({ channels }) => gaps.push(channels));
    subscriber.on('message', (_channel, message: string) => messages.push(message));
    await subscriber.subscribe('news');
    await duplicate.set('greeting', 'on the first');

    await stage.first.kill();
    await stage.untilOn('second');
    await waitFor(() => gaps.length > 0);
    await stage.second.command('PUBLISH', 'news', 'from the second');
    await waitFor(() => messages.length > 0);
    const later = client.duplicate();
    await duplicate.set('greeting', 'on the second');

    expect(gaps).toEqual([1]);
    expect(messages).toEqual(['from the second']);
    expect(await later.get('greeting')).toBe('on the second');
    expect(await stage.second.command('GET', 'greeting')).toBe('on the second');
  });

  it.concurrent('loses a WATCH as told, and nothing of its transaction runs', async () => {
    await using stage = await DatabaseStage.start();
    await stage.client.watch('stock');
    await stage.first.kill();
    await stage.untilOn('second');

    const error = await errorOf(stage.client.multi().set('stock', 'mine').exec());
    expect(error).toMatchObject({ code: 'WATCH_LOST', outcome: 'not-applied' });
    expect(await stage.second.command('GET', 'stock')).toBeNull();
  });

  it.concurrent('is left although it was never there', async () => {
    await using stage = await DatabaseStage.start({
      targets: (_first, second) => [
        { name: 'first', target: 'redis://127.0.0.1:1', weight: 2 },
        { name: 'second', target: second.url },
      ],
    });
    expect(stage.inUse).toBe('second');
    expect(await stage.client.set('greeting', 'hello')).toBe('OK');
  });

  it.concurrent('is left for a database with its own login, number and client name', async () => {
    await using stage = await DatabaseStage.start({
      first: { password: 'one' },
      second: { password: 'two' },
      targets: (first, second) => [
        { name: 'first', target: { host: first.host, port: first.port, password: 'one', db: 1 }, weight: 2 },
        {
          name: 'second',
          target: { host: second.host, port: second.port, password: 'two', db: 3, connectionName: 'moved' },
        },
      ],
    });
    await stage.client.set('greeting', 'on the first');
    await stage.first.kill();
    await stage.untilOn('second');
    await stage.client.set('greeting', 'on the second');
    const duplicate = stage.client.duplicate();

    expect(await duplicate.get('greeting')).toBe('on the second');
    expect(await stage.client.client('GETNAME')).toBe('moved');
    expect(await stage.client.client('INFO')).toMatch(/ db=3 /);
  });
});

describe('a first database that is frozen', () => {
  it.concurrent('is left within a call, and nothing that timed out runs there later', async () => {
    await using stage = await DatabaseStage.start();
    let next = 0;
    const reads = new CallLoop(() => stage.client.get('greeting'));
    const increments = new CallLoop(() => stage.client.incr(`visits:${next++}`));
    await increments.untilAnswered(20);

    await stage.first.freeze();
    await stage.untilOn('second');
    const waiting = next;
    await increments.untilAnswered(20);

    await reads.finish();
    const calls = await increments.finish();
    expect(reads.failures).toEqual([]);
    expect(Math.max(...reads.calls.map(durationOf), ...calls.map(durationOf))).toBeLessThan(1_000 + slackMs);
    expect(increments.errors.filter(({ outcome }) => outcome !== 'unknown')).toEqual([]);
    stage.first.thaw();
    await stage.untilHealth('first', 'up');
    const onFirst = (await stage.first.command('MGET', ...keysOf(next))) as (string | null)[];
    const onSecond = (await stage.second.command('MGET', ...keysOf(next))) as (string | null)[];
    expect(onFirst.slice(waiting).filter((value) => value !== null)).toEqual([]);
    const twice = onFirst.filter((value, index) => Number(value) + Number(onSecond[index]) > 1);
    expect(twice).toEqual([]);
  });
});

describe('a database that serves', () => {
  it.concurrent('is not left when its socket is dropped, or this process blocked itself', async () => {
    await using stage = await DatabaseStage.start();
    const loop = new CallLoop(() => stage.client.set('greeting', 'hello'));
    await loop.untilAnswered(20);
    stage.client.stream.destroy();
    await loop.untilAnswered(20);
    const until = performance.now() + 1_000;
    while (performance.now() < until);
    await loop.untilAnswered(20);
    await pass(300);

    await loop.finish();
    expect(loop.failures).toEqual([]);
    expect(stage.changes).toEqual([]);
    expect(stage.inUse).toBe('first');
  });

  it.concurrent('notices nothing of a standby that dies and comes back 20 times', async () => {
    await using stage = await DatabaseStage.start();
    const loop = new CallLoop(() => stage.client.set('greeting', 'hello'));
    const { attempts } = stage.resilience.snapshot();
    for (let death = 0; death < 20; death++) {
      await stage.second.kill();
      await stage.untilHealth('second', 'down');
      await stage.second.start();
      await stage.untilHealth('second', 'up');
    }

    await loop.finish();
    expect(loop.failures).toEqual([]);
    expect(stage.changes).toEqual([]);
    expect(stage.resilience.snapshot().attempts).toBe(attempts);
    expect(await clientsOf(stage)).toBe(1);
  });

  it.concurrent('notices nothing of a standby that refuses the login, which databases() tells', async () => {
    await using stage = await DatabaseStage.start({
      second: { password: 'right' },
      targets: (first, second) => [
        { name: 'first', target: first.url, weight: 2 },
        { name: 'second', target: { host: second.host, port: second.port, password: 'wrong' } },
      ],
      standby: 'down',
    });
    const [first, second] = stage.resilience.databases();

    expect(await stage.client.set('greeting', 'hello')).toBe('OK');
    expect(first).toMatchObject({ name: 'first', inUse: true, preferred: true, health: 'up' });
    expect(second).toMatchObject({ name: 'second', inUse: false, health: 'down', cause: 'auth' });
    expect(stage.resilience.snapshot()).toMatchObject({ status: 'up', outages: 0 });
  });

  it.concurrent('stays when no other database is there, and the one that is back first serves', async () => {
    await using stage = await DatabaseStage.start();
    await stage.second.kill();
    await stage.untilHealth('second', 'down');
    await stage.first.kill();
    await waitFor(() => stage.resilience.snapshot().status === 'down');
    await pass(500);
    await stage.second.start();
    using lag = new LoopLag();
    const backAt = performance.now();
    await stage.untilOn('second');

    expect(performance.now() - backAt).toBeLessThan(200 + slackMs + lag.totalMs);
    expect(await stage.client.set('greeting', 'hello')).toBe('OK');
  });
});

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `visits:${index}`);
}

/** Returns the number of connections to the second database, except the one that this function uses. */
async function clientsOf(stage: DatabaseStage): Promise<number> {
  const list = String(await stage.second.command('CLIENT', 'LIST'));
  return list.trim().split('\n').length - 1;
}
