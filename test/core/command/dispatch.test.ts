import { expect, it } from 'vitest';
import { handOver } from '../../../packages/core/src/command/dispatch.ts';
import { batchOf, slowCall } from './call-of.ts';
import { FakeDispatch } from './fake-dispatch.ts';

const dispatchOf = (): FakeDispatch =>
  new FakeDispatch(
    () => 0,
    () => [0, 0],
  );

it('the driver is prepared for a batch, and not for a single call', () => {
  const dispatch = dispatchOf();
  handOver(dispatch, slowCall());
  expect(dispatch.batchNodes).toEqual([]);
  handOver(dispatch, batchOf(['get', 'a']).call);
  expect(dispatch.batchNodes).toEqual([undefined]);
});

it('a call runs on the database that was selected when it was issued, a batch on that of its commands', () => {
  const dispatch = dispatchOf();
  const call = slowCall();
  handOver(dispatch, call);
  call.command.database = 2;
  handOver(dispatch, call);
  const { call: pipeline, batch } = batchOf(['get', 'a'], ['get', 'b']);
  const [, second] = batch.sent();
  Object.assign(second ?? {}, { database: 3 });
  handOver(dispatch, pipeline);
  expect(dispatch.databases).toEqual([undefined, 2, 3]);
  expect(dispatch.sent).toEqual(['get', 'get', 'get', 'get']);
});
