import { describe, expect, it } from 'vitest';
import { circuitOf, isPlainRead, prepareResend, reject } from '../../../packages/core/src/command/call.ts';
import { happeningOf, type Happening } from '../../../packages/core/src/command/happening.ts';
import type { LaneCircuits } from '../../../packages/core/src/circuit/lane-circuits.ts';
import { OverloadedError } from '../../../packages/core/src/errors.ts';
import { batchOf, callOf, commandOf, connectionError, replyError, slowCall } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

const lost: Happening = { kind: 'lost', error: connectionError() };

describe('what a call says to the driver', () => {
  it('is the lane in which it may be repeated, for a batch if all of its commands may', () => {
    expect(callOf('get', 'a').retryLane).toBe('read');
    expect(callOf('set', 'a', '1').retryLane).toBe('write');
    expect(callOf('incr', 'a').retryLane).toBeUndefined();
    expect(batchOf(['get', 'a'], ['get', 'b']).call.retryLane).toBe('read');
    expect(batchOf(['get', 'a'], ['set', 'b', '1']).call.retryLane).toBe('write');
    expect(batchOf(['get', 'a'], ['incr', 'b']).call.retryLane).toBeUndefined();
  });

  it('is whether it consists of several commands', () => {
    expect([callOf('get', 'a').isBatch, batchOf(['get', 'a']).call.isBatch]).toEqual([false, true]);
  });

  it('is whether it is a transaction', () => {
    const { call, batch } = batchOf(['multi'], ['get', 'a'], ['exec']);
    expect([call.isTransaction, batchOf(['get', 'a']).call.isTransaction]).toEqual([true, false]);
    expect([batch.isTransaction, callOf('get', 'a').isTransaction]).toEqual([true, false]);
  });

  it('is whether the server only queues it, in a transaction sent as a batch or one by one', () => {
    const { issue } = gateStage();
    const before = issue('auth', 'secret').call;
    issue('multi');
    const inside = issue('auth', 'secret').call;
    const queued = [before, inside, batchOf(['multi'], ['auth', 'secret'], ['exec']).call];
    expect(queued.map((call) => call?.isQueued)).toEqual([false, true, true]);
    expect([callOf('get', 'a').isQueued, batchOf(['auth', 'secret']).call.isQueued]).toEqual([false, false]);
  });

  it('is whether the answers come straight from the reader of replies', () => {
    const { call, batch } = batchOf(['get', 'a']);
    expect([callOf('get', 'a').isPlain, slowCall().isPlain, call.isPlain]).toEqual([true, false, false]);
    batch.isDirect = true;
    expect(call.isPlain).toBe(true);
  });

  it('is remembered of a call that blocks, and of no other', () => {
    const [fast, slow] = [callOf('get', 'a'), slowCall()];
    const releases = { abandoned: () => undefined, take: () => true };
    for (const call of [fast, slow]) {
      call.released = true;
      call.releases = releases;
    }
    expect([fast.released, fast.releases]).toEqual([false, undefined]);
    expect([slow.released, slow.releases]).toEqual([true, releases]);
  });
});

it('a call reads if it is an ordinary read or a step of a scan, a batch if all of it is', () => {
  const reads = [callOf('get', 'a'), callOf('scan', '0'), batchOf(['get', 'a'], ['hscan', 'h', '0']).call];
  expect(reads.map(isPlainRead)).toEqual([true, true, true]);
  const others = [
    callOf('set', 'a', '1'),
    callOf('subscribe', 'a'),
    batchOf(['get', 'a'], ['incr', 'b']).call,
  ];
  expect(others.map(isPlainRead)).toEqual([false, false, false]);
});

it('the circuit of a part decides only while the one of the whole is closed', () => {
  const { circuits, clock } = gateStage();
  const part: LaneCircuits = gateStage().circuits;
  const call = slowCall();
  expect(circuitOf(call, circuits)).toBe(circuits.read);
  call.circuits = part;
  expect(circuitOf(call, circuits)).toBe(part.read);
  circuits.read.trip('slow', clock.now());
  expect(circuitOf(call, circuits)).toBe(circuits.read);
});

describe('a call whose caller does not await it', () => {
  const unhandled = async (error: Error): Promise<unknown[]> => {
    const errors: unknown[] = [];
    const listen = (found: unknown): void => void errors.push(found);
    process.on('unhandledRejection', listen);
    // The rejection of this promise is unhandled on purpose; in the other tests, a helper handles the rejections of all
    // commands.
    let fail: (error: Error) => void = () => undefined;
    const promise = new Promise((_resolve, rejectWith) => {
      fail = rejectWith;
    });
    const command = Object.assign(Object.create(commandOf('publish', 'news', 'x')) as object, {
      promise,
      reject: fail,
    });
    const call = Object.assign(callOf('publish', 'news', 'x'), { command, reject: fail });
    reject(call, error);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off('unhandledRejection', listen);
    return errors;
  };

  it('does not end the process with an error of this library', async () => {
    const error = new OverloadedError('too many', { reason: 'overloaded', outcome: 'not-applied' });
    expect(await unhandled(error)).toEqual([]);
  });

  it('makes an error of the driver known, as the driver itself does', async () => {
    const error = new Error('of the driver');
    expect(await unhandled(error)).toEqual([error]);
  });
});

it('a call that is sent again knows the reply that refused it, until it is lost instead', () => {
  const call = slowCall(1_000);
  const error = replyError('LOADING Redis is loading the dataset in memory');
  const refused = happeningOf(error, false, false);
  prepareResend(call, 'not-applied', 0, refused);
  expect(call.slow.refusal).toMatchObject({ error, verdict: { cause: 'loading' } });
  prepareResend(call, 'not-applied', 0, lost);
  expect(call.slow.refusal).toBeUndefined();
});

it('a call that is sent again waits with its size, also a batch that did not need it before', () => {
  const batch = batchOf(['set', 'a', '12'], ['get', 'b']).call;
  const calls = [slowCall(1_000, 7), batch];
  for (const call of calls) prepareResend(call, 'not-applied', 0, lost);
  expect(calls.map(({ slow }) => slow.bytes)).toEqual([7, 4]);
});

it('a call that is sent again is forgiven only the time for which the process stands still from then on', () => {
  const call = slowCall(1_000);
  prepareResend(call, 'not-applied', 5_000, lost);
  expect([call.slow.makeUpForStall(5_000), call.slow.deadlineAt]).toEqual([0, 1_000]);
  expect([call.slow.makeUpForStall(5_300), call.slow.deadlineAt]).toEqual([300, 1_300]);
});
